#include "demo/demo_site/tls_context.hpp"

#include <array>

#include <openssl/ssl.h>

#include "demo/demo_site/error.hpp"

namespace qnet::demo_site {
namespace {

namespace ssl = boost::asio::ssl;

// RFC 7301 §3.1: each name after its length.
constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, chosen_size, kProtocols.data(), kProtocols.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

base::Result<std::shared_ptr<ssl::context>> tls_context(const crypto::SelfSigned& certificate) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const handle = context->native_handle();
  boost::system::error_code error;
  const auto buffer = [](base::ByteView bytes) {
    return boost::asio::const_buffer(bytes.data(), bytes.size());
  };
  context->use_certificate(buffer(certificate.certificate), ssl::context::asn1, error);
  if (!error) context->use_private_key(buffer(certificate.private_key.view()), ssl::context::asn1, error);
  if (error) return base::fail(Errc::bad_certificate, error.message());
  if (SSL_CTX_check_private_key(handle) != 1)
    return base::fail(Errc::bad_certificate, "the key is not the certificate's");
  if (SSL_CTX_set_min_proto_version(handle, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set1_groups_list(handle, "X25519:P-256") != 1)
    return base::fail(Errc::bad_certificate, "this OpenSSL has no TLS 1.3");
  SSL_CTX_set_alpn_select_cb(handle, choose_protocol, nullptr);
  return context;
}

}  // namespace qnet::demo_site
