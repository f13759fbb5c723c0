// ML-KEM-768 (FIPS 203): the post-quantum half of X25519MLKEM768.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/error.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

using MlKemPublic = std::array<std::uint8_t, 1184>;
using MlKemCiphertext = std::array<std::uint8_t, 1088>;
using MlKemShared = Secret<32>;

struct MlKemKeyPair {
  Secret<2400> secret;
  MlKemPublic public_key{};

  /// FIPS 203 algorithm 19; takes 64 bytes (d, then z) from `random`.
  [[nodiscard]] static MlKemKeyPair generate(base::RandomSource& random);
};

struct MlKemEncapsulation {
  MlKemCiphertext ciphertext{};
  MlKemShared shared;
};

/// FIPS 203 algorithm 20; takes 32 bytes (m) from `random`. Refuses a key that fails the modulus check of
/// §7.2.
[[nodiscard]] base::Result<MlKemEncapsulation> ml_kem_encapsulate(const MlKemPublic& peer,
                                                                  base::RandomSource& random);

/// FIPS 203 algorithm 21. A wrong ciphertext gives an unrelated secret and no error (implicit rejection).
[[nodiscard]] MlKemShared ml_kem_decapsulate(const MlKemKeyPair& pair, const MlKemCiphertext& ciphertext);

}  // namespace qnet::crypto
