#include "foundation/crypto/constant_time.hpp"

#include <openssl/crypto.h>

namespace qnet::crypto {

bool equal(base::ByteView a, base::ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace qnet::crypto
