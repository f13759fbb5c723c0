// What OpenSSL must know before a connection: whose certificate is shown.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "foundation/base/result.hpp"
#include "protocol/openssl_tls/error.hpp"

namespace qnet::openssl_tls {

inline constexpr std::string_view kHttp2 = "h2";
inline constexpr std::string_view kHttp11 = "http/1.1";

/// Safe to share between threads; a connection keeps the one that it began with.
using Context = std::shared_ptr<SSL_CTX>;

struct CertificateFiles {
  std::filesystem::path certificate;  ///< PEM: the site's own first, then those that vouch for it
  std::filesystem::path key;          ///< PEM, without a password
};

/// TLS 1.3 and 1.2 with HTTP/2 and HTTP/1.1, as an ordinary web server today. Refuses a certificate that a
/// visitor of `name` would refuse: another name's, or one whose time is over or has not come.
[[nodiscard]] base::Result<Context> server_context(const CertificateFiles& files, const std::string& name);

}  // namespace qnet::openssl_tls
