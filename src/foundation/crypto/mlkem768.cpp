#include "foundation/crypto/mlkem768.hpp"

#include "foundation/crypto/mlkem768_backend.hpp"

namespace qnet::crypto {
namespace {

constexpr std::size_t encoded_coefficients_size = 1152;  // 3 polynomials of 256 coefficients of 12 bits
constexpr std::uint32_t modulus = 3329;

/// The modulus check of FIPS 203 §7.2: every coefficient of the key is below q. The key is public, so the
/// time may depend on it.
bool passes_modulus_check(const MlKemPublic& key) {
  for (std::size_t i = 0; i < encoded_coefficients_size; i += 3) {
    const std::uint32_t pair = key[i] | (std::uint32_t{key[i + 1]} << 8) | (std::uint32_t{key[i + 2]} << 16);
    if ((pair & 0xfff) >= modulus || (pair >> 12) >= modulus) return false;
  }
  return true;
}

}  // namespace

MlKemKeyPair MlKemKeyPair::generate(base::RandomSource& random) {
  Secret<64> seed;
  random.fill(seed.data());
  MlKemKeyPair pair;
  mlkem::generate(seed.view(), pair.public_key, pair.secret.data());
  return pair;
}

base::Result<MlKemEncapsulation> ml_kem_encapsulate(const MlKemPublic& peer, base::RandomSource& random) {
  if (!passes_modulus_check(peer)) return base::fail(Errc::bad_key);
  Secret<32> randomness;
  random.fill(randomness.data());
  MlKemEncapsulation result;
  mlkem::encapsulate(peer, randomness.view(), result.ciphertext, result.shared.data());
  return result;
}

MlKemShared ml_kem_decapsulate(const MlKemKeyPair& pair, const MlKemCiphertext& ciphertext) {
  MlKemShared shared;
  mlkem::decapsulate(pair.secret.view(), ciphertext, shared.data());
  return shared;
}

}  // namespace qnet::crypto
