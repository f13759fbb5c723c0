#include "foundation/crypto/mlkem768_backend.hpp"

#include <cstdlib>

extern "C" {
#include <kem.h>
}

// PQClean's randomised entry points need this symbol. Only the deterministic ones are called here: randomness
// is the caller's.
extern "C" int PQCLEAN_randombytes(std::uint8_t*, std::size_t) { std::abort(); }

namespace qnet::crypto::mlkem {

void generate(std::span<const std::uint8_t, 64> seed, std::span<std::uint8_t, 1184> public_key,
              std::span<std::uint8_t, 2400> secret_key) {
  PQCLEAN_MLKEM768_CLEAN_crypto_kem_keypair_derand(public_key.data(), secret_key.data(), seed.data());
}

void encapsulate(std::span<const std::uint8_t, 1184> public_key, std::span<const std::uint8_t, 32> randomness,
                 std::span<std::uint8_t, 1088> ciphertext, std::span<std::uint8_t, 32> shared) {
  PQCLEAN_MLKEM768_CLEAN_crypto_kem_enc_derand(ciphertext.data(), shared.data(), public_key.data(),
                                               randomness.data());
}

void decapsulate(std::span<const std::uint8_t, 2400> secret_key,
                 std::span<const std::uint8_t, 1088> ciphertext, std::span<std::uint8_t, 32> shared) {
  PQCLEAN_MLKEM768_CLEAN_crypto_kem_dec(shared.data(), ciphertext.data(), secret_key.data());
}

}  // namespace qnet::crypto::mlkem
