// OpenSSL's objects as owners. Private to this folder: no other folder sees an OpenSSL header.
#pragma once

#include <memory>

#include <openssl/evp.h>

namespace qnet::crypto::openssl {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Cipher = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using Hash = std::unique_ptr<EVP_MD, Deleter<EVP_MD_free>>;
using HashContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

[[noreturn]] void throw_failure(const char* what);

/// Throws std::runtime_error naming `what`. For calls that fail only when memory is out, an argument breaks
/// the caller's contract, or the library was built without the algorithm: never for anything a peer can send.
inline void require(bool succeeded, const char* what) {
  if (!succeeded) [[unlikely]]
    throw_failure(what);
}

}  // namespace qnet::crypto::openssl
