#include "foundation/crypto/secret.hpp"

#include <openssl/crypto.h>

namespace qnet::crypto {

void wipe(base::MutableBytes bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

}  // namespace qnet::crypto
