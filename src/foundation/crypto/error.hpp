#pragma once

#include <string_view>

namespace qnet::crypto {

enum class Errc {
  bad_point = 1,  ///< an X25519 result of all zeros (RFC 7748 §6.1)
  bad_key,        ///< a key of the wrong form, or an ML-KEM key that fails FIPS 203 §7.2
  bad_signature,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "crypto"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::crypto
