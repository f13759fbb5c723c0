// The cipher suites of TLS 1.3 (RFC 8446 §B.4) that browsers offer.
#pragma once

#include <cstdint>
#include <optional>

#include "foundation/crypto/aead.hpp"
#include "foundation/crypto/hkdf.hpp"

namespace qnet::tls {

struct CipherSuite {
  std::uint16_t id;
  crypto::AeadAlgorithm aead;
  crypto::Hash hash;
};

[[nodiscard]] constexpr std::optional<CipherSuite> find_cipher_suite(std::uint16_t id) {
  using crypto::AeadAlgorithm;
  switch (id) {
    case 0x1301: return CipherSuite{id, AeadAlgorithm::aes_128_gcm, crypto::Hash::sha256};
    case 0x1302: return CipherSuite{id, AeadAlgorithm::aes_256_gcm, crypto::Hash::sha384};
    case 0x1303: return CipherSuite{id, AeadAlgorithm::chacha20_poly1305, crypto::Hash::sha256};
    default: return std::nullopt;
  }
}

}  // namespace qnet::tls
