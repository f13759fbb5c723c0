#include "foundation/crypto/openssl.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include <openssl/err.h>

namespace qnet::crypto::openssl {

void throw_failure(const char* what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL could not ") + what + ": " + reason.data());
}

}  // namespace qnet::crypto::openssl
