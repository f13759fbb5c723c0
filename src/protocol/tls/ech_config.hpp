// What a server publishes for Encrypted Client Hello (RFC 9849 §4): which key seals, and which name the outer
// hello shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/tls/error.hpp"

namespace qnet::tls {

inline constexpr std::uint16_t kEchExtension =
    0xfe0d;  ///< and the version of the one ECHConfig that is known

struct EchLimits {
  /// Servers publish one, or two while they change keys.
  static constexpr std::size_t configs = 32;
  /// None is defined yet.
  static constexpr std::size_t extensions = 32;
};

struct EchConfig {
  base::Bytes raw;  ///< the ECHConfig as it came: HPKE's info
  std::uint8_t id = 0;
  crypto::X25519Public key{};
  std::uint16_t aead = 0;  ///< one that crypto::hpke_aead() knows
  std::uint8_t maximum_name = 0;
  std::string public_name;
};

/// The first of an ECHConfigList that can be used here: X25519, HKDF-SHA256, a known AEAD, no mandatory
/// extension, a public name that is a host's. Nothing where none can; `malformed` where the list is not one.
[[nodiscard]] base::Result<std::optional<EchConfig>> choose_ech_config(base::ByteView list);

}  // namespace qnet::tls
