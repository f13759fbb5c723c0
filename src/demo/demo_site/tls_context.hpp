// The site's TLS settings (decision 0002). Private to this folder.
#pragma once

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "foundation/base/result.hpp"
#include "foundation/crypto/self_signed.hpp"

namespace qnet::demo_site {

/// TLS 1.3 only, X25519 or P-256, ALPN http/1.1. Errors: bad_certificate.
[[nodiscard]] base::Result<std::shared_ptr<boost::asio::ssl::context>> tls_context(
    const crypto::SelfSigned& certificate);

}  // namespace qnet::demo_site
