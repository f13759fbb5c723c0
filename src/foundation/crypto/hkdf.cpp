#include "foundation/crypto/hkdf.hpp"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

const EVP_MD* algorithm(Hash hash) { return hash == Hash::sha256 ? EVP_sha256() : EVP_sha384(); }

}  // namespace

base::Bytes digest(Hash hash, base::ByteView text) {
  base::Bytes out(size_of(hash));
  require(EVP_Digest(text.data(), text.size(), out.data(), nullptr, algorithm(hash), nullptr) == 1, "hash");
  return out;
}

SecretBytes hmac(Hash hash, base::ByteView key, base::ByteView text) {
  // OpenSSL takes a null key for "the key of before".
  constexpr std::uint8_t nothing = 0;
  base::Bytes out(size_of(hash));
  require(HMAC(algorithm(hash), key.empty() ? &nothing : key.data(), static_cast<int>(key.size()),
               text.data(), text.size(), out.data(), nullptr) != nullptr,
          "authenticate");
  return SecretBytes(std::move(out));
}

SecretBytes hkdf_extract(Hash hash, base::ByteView salt, base::ByteView input) {
  return hmac(hash, salt, input);
}

SecretBytes hkdf_expand(Hash hash, base::ByteView key, base::ByteView info, std::size_t size) {
  if (size > 255 * size_of(hash)) throw std::length_error("HKDF gives at most 255 blocks (RFC 5869 §2.3)");
  base::Bytes out;
  SecretBytes previous{{}};
  for (std::uint8_t counter = 1; out.size() < size; ++counter) {
    base::Bytes text(previous.view().begin(), previous.view().end());
    base::append(text, info);
    text.push_back(counter);
    previous = hmac(hash, key, text);
    wipe(text);
    out.reserve(size + size_of(hash));
    base::append(out, previous.view());
  }
  wipe(base::MutableBytes(out).subspan(size));
  out.resize(size);
  return SecretBytes(std::move(out));
}

}  // namespace qnet::crypto
