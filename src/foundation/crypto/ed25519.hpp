// Ed25519 (RFC 8032): a peer's identity.
#pragma once

#include <array>
#include <cstdint>

#include "foundation/base/random.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

using Ed25519Public = std::array<std::uint8_t, 32>;
using Ed25519Seed = Secret<32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

struct Ed25519KeyPair {
  Ed25519Seed seed;
  Ed25519Public public_key{};

  [[nodiscard]] static Ed25519KeyPair generate(base::RandomSource& random);
  [[nodiscard]] static Ed25519KeyPair from_seed(Ed25519Seed seed);
  [[nodiscard]] Ed25519Signature sign(base::ByteView message) const;
};

[[nodiscard]] bool ed25519_verify(const Ed25519Public& key, base::ByteView message,
                                  const Ed25519Signature& signature);

}  // namespace qnet::crypto
