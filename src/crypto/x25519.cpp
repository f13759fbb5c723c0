#include "crypto/x25519.hpp"

#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

openssl::Key private_key(const X25519Secret& secret) {
  openssl::Key key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.view().data(), X25519Secret::size));
  require(key != nullptr, "take an X25519 secret");
  return key;
}

/// A key for derivation only, with zeros where its public half would be. Given the secret alone, OpenSSL
/// computes the public half, which costs as much as the derivation, and the derivation never reads it.
openssl::Key derivation_key(const X25519Secret& secret) {
  auto copy = secret.clone();  // OSSL_PARAM points to non-const
  X25519Public unused{};
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, copy.data().data(), X25519Secret::size),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, unused.data(), unused.size()),
      OSSL_PARAM_construct_end()};
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
  EVP_PKEY* made = nullptr;
  require(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
              EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.data()) == 1,
          "take an X25519 secret");
  return openssl::Key(made);
}

}  // namespace

X25519KeyPair X25519KeyPair::generate(base::RandomSource& random) {
  X25519Secret secret;
  random.fill(secret.data());
  return from_secret(std::move(secret));
}

X25519KeyPair X25519KeyPair::from_secret(X25519Secret secret) {
  const auto key = private_key(secret);
  X25519KeyPair pair{.secret = std::move(secret)};
  std::size_t size = pair.public_key.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), pair.public_key.data(), &size) == 1,
          "derive an X25519 public key");
  return pair;
}

base::Result<Secret<32>> x25519(const X25519Secret& secret, const X25519Public& peer) {
  const auto own = derivation_key(secret);
  const openssl::Key other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
  require(other != nullptr, "take an X25519 public key");
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
  require(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer_ex(context.get(), other.get(), 0) == 1,
          "start X25519");
  Secret<32> shared;
  std::size_t size = Secret<32>::size;
  // OpenSSL's only failure here is a result of all zeros.
  if (EVP_PKEY_derive(context.get(), shared.data().data(), &size) != 1) {
    ERR_clear_error();  // an answer, not a fault to find in this thread's queue later
    return base::fail(Errc::bad_point);
  }
  return shared;
}

}  // namespace qnet::crypto
