#include "foundation/crypto/mlkem768_backend.hpp"

#include <array>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "foundation/crypto/openssl.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto::mlkem {
namespace {

using openssl::require;

constexpr const char* algorithm = "ML-KEM-768";

/// A parameter list of one octet string. OpenSSL reads it only, though its type says otherwise.
std::array<OSSL_PARAM, 2> octets(const char* name, std::span<std::uint8_t> value) {
  return {OSSL_PARAM_construct_octet_string(name, value.data(), value.size()), OSSL_PARAM_construct_end()};
}

}  // namespace

void generate(std::span<const std::uint8_t, 64> seed, std::span<std::uint8_t, 1184> public_key,
              std::span<std::uint8_t, 2400> secret_key) {
  Secret<64> own_seed(seed);
  const auto parameters = octets(OSSL_PKEY_PARAM_ML_KEM_SEED, own_seed.data());
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* made = nullptr;
  require(context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1 &&
              EVP_PKEY_CTX_set_params(context.get(), parameters.data()) == 1 &&
              EVP_PKEY_generate(context.get(), &made) == 1,
          "generate an ML-KEM-768 key");
  const openssl::Key key(made);
  std::size_t public_size = public_key.size();
  std::size_t secret_size = secret_key.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &public_size) == 1 &&
              EVP_PKEY_get_raw_private_key(key.get(), secret_key.data(), &secret_size) == 1,
          "encode an ML-KEM-768 key");
}

void encapsulate(std::span<const std::uint8_t, 1184> public_key, std::span<const std::uint8_t, 32> randomness,
                 std::span<std::uint8_t, 1088> ciphertext, std::span<std::uint8_t, 32> shared) {
  Secret<32> own_randomness(randomness);
  const auto parameters = octets(OSSL_KEM_PARAM_IKME, own_randomness.data());
  const openssl::Key key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, algorithm, nullptr, public_key.data(), public_key.size()));
  require(key != nullptr, "take an ML-KEM-768 encapsulation key");
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  std::size_t ciphertext_size = ciphertext.size();
  std::size_t shared_size = shared.size();
  require(context != nullptr && EVP_PKEY_encapsulate_init(context.get(), parameters.data()) == 1 &&
              EVP_PKEY_encapsulate(context.get(), ciphertext.data(), &ciphertext_size, shared.data(),
                                   &shared_size) == 1,
          "encapsulate with ML-KEM-768");
}

void decapsulate(std::span<const std::uint8_t, 2400> secret_key,
                 std::span<const std::uint8_t, 1088> ciphertext, std::span<std::uint8_t, 32> shared) {
  const openssl::Key key(
      EVP_PKEY_new_raw_private_key_ex(nullptr, algorithm, nullptr, secret_key.data(), secret_key.size()));
  require(key != nullptr, "take an ML-KEM-768 decapsulation key");
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  std::size_t shared_size = shared.size();
  require(context != nullptr && EVP_PKEY_decapsulate_init(context.get(), nullptr) == 1 &&
              EVP_PKEY_decapsulate(context.get(), shared.data(), &shared_size, ciphertext.data(),
                                   ciphertext.size()) == 1,
          "decapsulate with ML-KEM-768");
}

}  // namespace qnet::crypto::mlkem
