#include "protocol/openssl_tls/error.hpp"

namespace qnet::openssl_tls {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::certificate_unreadable: return "the certificate cannot be read";
    case Errc::key_unreadable: return "the certificate's key cannot be read";
    case Errc::key_mismatch: return "the key is not the certificate's";
    case Errc::wrong_name: return "the certificate is for another name";
    case Errc::expired: return "the certificate is not valid now";
    case Errc::unusable: return "this OpenSSL cannot be set up for TLS";
    case Errc::handshake_failed: return "the TLS handshake failed";
    case Errc::broken: return "the TLS connection was broken";
    case Errc::no_exporter: return "the TLS connection is older than TLS 1.3";
  }
  return "unknown TLS error";
}

}  // namespace qnet::openssl_tls
