#pragma once

#include <string_view>

namespace qnet::openssl_tls {

enum class Errc {
  certificate_unreadable = 1,
  key_unreadable,
  key_mismatch,
  wrong_name,
  expired,
  unusable,
  handshake_failed,
  broken,
  no_exporter,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "openssl_tls"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::openssl_tls
