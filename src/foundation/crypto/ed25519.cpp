#include "foundation/crypto/ed25519.hpp"

#include <utility>

#include <openssl/err.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

openssl::Key private_key(const Ed25519Seed& seed) {
  openssl::Key key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.view().data(), Ed25519Seed::size));
  require(key != nullptr, "take an Ed25519 seed");
  return key;
}

}  // namespace

Ed25519KeyPair Ed25519KeyPair::generate(base::RandomSource& random) {
  Ed25519Seed seed;
  random.fill(seed.data());
  return from_seed(std::move(seed));
}

Ed25519KeyPair Ed25519KeyPair::from_seed(Ed25519Seed seed) {
  const auto key = private_key(seed);
  Ed25519KeyPair pair{.seed = std::move(seed)};
  std::size_t size = pair.public_key.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), pair.public_key.data(), &size) == 1,
          "derive an Ed25519 public key");
  return pair;
}

Ed25519Signature Ed25519KeyPair::sign(base::ByteView message) const {
  const auto key = private_key(seed);
  const openssl::HashContext context(EVP_MD_CTX_new());
  Ed25519Signature signature{};
  std::size_t size = signature.size();
  require(context != nullptr &&
              EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1,
          "sign with Ed25519");
  return signature;
}

bool ed25519_verify(const Ed25519Public& key, base::ByteView message, const Ed25519Signature& signature) {
  const openssl::Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const openssl::HashContext context(EVP_MD_CTX_new());
  require(peer != nullptr && context != nullptr &&
              EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, peer.get()) == 1,
          "start an Ed25519 verification");
  const bool valid = EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                                      message.size()) == 1;
  if (!valid) ERR_clear_error();  // an answer, not a fault to find in this thread's queue later
  return valid;
}

}  // namespace qnet::crypto
