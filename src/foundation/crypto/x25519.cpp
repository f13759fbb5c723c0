#include "foundation/crypto/x25519.hpp"

#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

/// Where keys are made of bytes. Each thread makes it once: finding the algorithm by name costs more than the
/// rest.
EVP_PKEY_CTX* import_context() {
  thread_local const openssl::KeyContext context = [] {
    openssl::KeyContext made(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
    require(made != nullptr && EVP_PKEY_fromdata_init(made.get()) == 1, "find X25519");
    return made;
  }();
  return context.get();
}

openssl::Key import_key(int selection, OSSL_PARAM* parameters) {
  EVP_PKEY* made = nullptr;
  require(EVP_PKEY_fromdata(import_context(), &made, selection, parameters) == 1, "take an X25519 key");
  return openssl::Key(made);
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
  return import_key(EVP_PKEY_KEYPAIR, parameters.data());
}

openssl::Key import_point(X25519Public point) {
  std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  return import_key(EVP_PKEY_PUBLIC_KEY, parameters.data());
}

/// RFC 7748 §6.1: a public key is the secret times this point.
EVP_PKEY* base_point() {
  thread_local const openssl::Key point = import_point({9});
  return point.get();
}

/// A key of this thread's, made to hold a peer's point, which is public; good until the next call.
EVP_PKEY* peer_point(const X25519Public& point) {
  thread_local const openssl::Key key = import_point({9});
  require(EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) == 1,
          "take an X25519 point");
  return key.get();
}

/// Whether the product is other than zeros: OpenSSL's only failure here.
bool multiply(const X25519Secret& secret, EVP_PKEY* point, std::span<std::uint8_t, 32> out) {
  const auto own = derivation_key(secret);
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
  require(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer_ex(context.get(), point, 0) == 1,
          "start X25519");
  std::size_t size = out.size();
  return EVP_PKEY_derive(context.get(), out.data(), &size) == 1;
}

}  // namespace

X25519KeyPair X25519KeyPair::generate(base::RandomSource& random) {
  X25519Secret secret;
  random.fill(secret.data());
  return from_secret(std::move(secret));
}

X25519KeyPair X25519KeyPair::from_secret(X25519Secret secret) {
  X25519KeyPair pair{.secret = std::move(secret)};
  // OpenSSL 3.0's own way from a secret to its public key takes a sixth longer than its multiplication.
  require(multiply(pair.secret, base_point(), pair.public_key), "derive an X25519 public key");
  return pair;
}

base::Result<Secret<32>> x25519(const X25519Secret& secret, const X25519Public& peer) {
  Secret<32> shared;
  if (!multiply(secret, peer_point(peer), shared.data())) {
    ERR_clear_error();  // an answer, not a fault to find in this thread's queue later
    return base::fail(Errc::bad_point);
  }
  return shared;
}

}  // namespace qnet::crypto
