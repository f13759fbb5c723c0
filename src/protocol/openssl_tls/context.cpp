#include "protocol/openssl_tls/context.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace qnet::openssl_tls {

namespace {

// RFC 7301 §3.1: each name after its length, best first.
constexpr std::array<unsigned char, 12> kProtocols{2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* selected = nullptr;
  // RFC 7301 §3.2: who offers nothing that we speak is told so.
  if (SSL_select_next_proto(&selected, chosen_size, kProtocols.data(), kProtocols.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

/// Why the system does not let us read it; empty when it does.
std::string obstacle(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  const int opened = errno;
  if (stream && stream.peek() != std::ifstream::traits_type::eof()) return {};
  if (!stream.is_open() && opened != 0) return std::generic_category().message(opened);
  return "it is empty or a folder";
}

tl::unexpected<base::Error> refuse(Errc code, const std::filesystem::path& file, const std::string& why) {
  ERR_clear_error();
  return base::fail(code, file.string() + (why.empty() ? "" : " (" + why + ")"));
}

Context make(const SSL_METHOD* method, int oldest) {
  Context context(SSL_CTX_new(method), &SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), oldest) != 1) return nullptr;
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  // Ends that are not said inside TLS are common on the web; those of our own sessions are, under their own
  // keys.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

base::Result<void> check_certificate(SSL_CTX* context, const CertificateFiles& files,
                                     const std::string& name) {
  const X509* const shown = SSL_CTX_get0_certificate(context);
  if (X509_check_host(SSL_CTX_get0_certificate(context), name.data(), name.size(), 0, nullptr) != 1)
    return refuse(Errc::wrong_name, files.certificate, "not for " + name);
  if (X509_cmp_current_time(X509_get0_notAfter(shown)) < 0)
    return refuse(Errc::expired, files.certificate, "its time is over");
  if (X509_cmp_current_time(X509_get0_notBefore(shown)) > 0)
    return refuse(Errc::expired, files.certificate, "its time has not come; is this machine's clock right?");
  return {};
}

}  // namespace

base::Result<Context> server_context(const CertificateFiles& files, const std::string& name) {
  const auto context = make(TLS_server_method(), TLS1_2_VERSION);
  if (!context) return base::fail(Errc::unusable);
  if (const auto why = obstacle(files.certificate); !why.empty())
    return refuse(Errc::certificate_unreadable, files.certificate, why);
  if (const auto why = obstacle(files.key); !why.empty()) return refuse(Errc::key_unreadable, files.key, why);
  // Somebody who is asked for a password by a server without a terminal waits for ever.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return refuse(Errc::certificate_unreadable, files.certificate, "it is no certificate in PEM form");
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    return other ? refuse(Errc::key_mismatch, files.key, "")
                 : refuse(Errc::key_unreadable, files.key, "it is no key in PEM form without a password");
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) return refuse(Errc::key_mismatch, files.key, "");
  if (auto good = check_certificate(context.get(), files, name); !good) return base::forward_error(good);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  return context;
}

}  // namespace qnet::openssl_tls
