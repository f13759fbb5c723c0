// X25519 (RFC 7748).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/error.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

using X25519Public = std::array<std::uint8_t, 32>;
using X25519Secret = Secret<32>;

struct X25519KeyPair {
  X25519Secret secret;
  X25519Public public_key{};

  [[nodiscard]] static X25519KeyPair generate(base::RandomSource& random);
  /// The pair of a stored secret.
  [[nodiscard]] static X25519KeyPair from_secret(X25519Secret secret);
  [[nodiscard]] X25519KeyPair clone() const { return {secret.clone(), public_key}; }
};

/// The shared secret. Fails with bad_point when it would be all zeros (a low-order public key).
[[nodiscard]] base::Result<Secret<32>> x25519(const X25519Secret& secret, const X25519Public& peer);

}  // namespace qnet::crypto
