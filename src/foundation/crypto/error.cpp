#include "foundation/crypto/error.hpp"

namespace qnet::crypto {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_point: return "the public key gives no shared secret";
    case Errc::bad_key: return "the key is not well formed";
    case Errc::bad_signature: return "the signature does not match";
  }
  return "unknown cryptographic error";
}

}  // namespace qnet::crypto
