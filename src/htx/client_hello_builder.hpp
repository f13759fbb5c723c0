// Writes the ClientHello that a template's browser would send now.
#pragma once

#include <string_view>

#include "base/random.hpp"
#include "crypto/mlkem768.hpp"
#include "crypto/x25519.hpp"
#include "htx/template.hpp"

namespace qnet::htx {

struct HelloInputs {
  std::string_view server_name;       ///< 1 to 255 bytes
  crypto::X25519Public ephemeral{};   ///< Noise's e
  crypto::X25519Public separate{};    ///< for templates with a second, other X25519 share
  const crypto::MlKemPublic* ml_kem;  ///< not null
};

struct BuiltHello {
  base::Bytes record;  ///< header included; the 32 bytes of the session id are zeros
  std::size_t session_id_offset = 0;
};

[[nodiscard]] BuiltHello build_client_hello(const Template& browser, const HelloInputs& inputs,
                                            base::RandomSource& random);

}  // namespace qnet::htx
