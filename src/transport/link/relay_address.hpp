// Where a relay is, and all that a transport must know to reach it there.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "foundation/base/bytes.hpp"
#include "foundation/crypto/x25519.hpp"
#include "transport/link/cover.hpp"

namespace qnet::link {

struct RelayAddress {
  std::string host;
  std::uint16_t port = 443;
  std::string cover_name;  ///< what the connection's TLS names
  crypto::X25519Public noise_key{};
  std::array<std::uint8_t, 8> access_tag{};  ///< docs/spec/htx.md: an htx::AccessTag
  Cover cover = Cover::mirror;
  base::Bytes ech_configs{};  ///< cover site: an ECHConfigList (RFC 9849 §4), or empty
  unsigned look = 0;          ///< as which of the dialler's browsers, in turn; 0 is the usual one
};

}  // namespace qnet::link
