// OpenSSL as the far end, in memory: what any ordinary web server would answer.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/ssl.h>

#include "foundation/crypto/self_signed.hpp"

namespace qnet::tls::testing {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

class OpensslServer {
 public:
  struct Options {
    std::string name = "www.example.com";
    const char* suites = "TLS_AES_128_GCM_SHA256";
    const char* groups = "X25519";
    int highest = TLS1_3_VERSION;
    std::chrono::hours validity = std::chrono::hours(24);
    bool ask_for_certificate = false;
    bool http2 = true;               ///< chooses it where it is offered
    const char* key_file = nullptr;  ///< with the certificate, PEM; else a fresh P-256 key
  };

  explicit OpensslServer(const Options& options) : context_(SSL_CTX_new(TLS_server_method())) {
    const auto now = std::chrono::system_clock::now();
    const std::string names[] = {options.name};
    made_ = crypto::self_signed(names, now - std::chrono::hours(48), now + options.validity);
    auto* const context = context_.get();
    const auto& der = made_->certificate;
    const auto key = made_->private_key.view();
    require(SSL_CTX_use_certificate_ASN1(context, static_cast<int>(der.size()), der.data()));
    require(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, context, key.data(), static_cast<long>(key.size())));
    require(SSL_CTX_set_ciphersuites(context, options.suites));
    require(SSL_CTX_set1_groups_list(context, options.groups) == 1);
    require(SSL_CTX_set_max_proto_version(context, options.highest));
    if (options.ask_for_certificate) SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (options.http2) SSL_CTX_set_alpn_select_cb(context, choose_h2, nullptr);
    ssl_.reset(SSL_new(context));
    SSL_set_bio(ssl_.get(), in_ = BIO_new(BIO_s_mem()), out_ = BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }

  /// Feeds what the client sent, and gives what the server answers.
  base::Bytes exchange(base::ByteView bytes) {
    if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    if (!SSL_is_init_finished(ssl_.get())) (void)SSL_do_handshake(ssl_.get());
    std::uint8_t buffer[4096];
    if (SSL_is_init_finished(ssl_.get()))
      for (int size = 0; (size = SSL_read(ssl_.get(), buffer, sizeof(buffer))) > 0;)
        received_.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(size));
    return drain();
  }

  base::Bytes say(std::string_view text) {
    require(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0);
    return drain();
  }

  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] SSL* ssl() { return ssl_.get(); }
  base::Bytes drain() {
    base::Bytes out(BIO_ctrl_pending(out_));
    if (!out.empty()) BIO_read(out_, out.data(), static_cast<int>(out.size()));
    return out;
  }

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL refused");
  }
  static int choose_h2(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                       unsigned int in_size, void*) {
    static constexpr unsigned char h2[] = {2, 'h', '2'};
    unsigned char* chosen = nullptr;
    const auto result = SSL_select_next_proto(&chosen, size, h2, sizeof(h2), in, in_size);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  }

  std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context_;
  std::optional<crypto::SelfSigned> made_;
  std::unique_ptr<SSL, Deleter<SSL_free>> ssl_;
  BIO* in_ = nullptr;   // the SSL object's
  BIO* out_ = nullptr;  // likewise
  std::string received_;
};

}  // namespace qnet::tls::testing
