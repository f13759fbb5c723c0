#include "foundation/crypto/md5.hpp"

#include <openssl/err.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {

std::optional<std::array<std::uint8_t, 16>> md5(base::ByteView whole) {
  const openssl::Hash algorithm(EVP_MD_fetch(nullptr, "MD5", nullptr));
  std::array<std::uint8_t, 16> digest{};
  if (algorithm != nullptr &&
      EVP_Digest(whole.data(), whole.size(), digest.data(), nullptr, algorithm.get(), nullptr) == 1)
    return digest;
  ERR_clear_error();
  return std::nullopt;
}

}  // namespace qnet::crypto
