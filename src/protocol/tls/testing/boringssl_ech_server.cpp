// BoringSSL as a server with Encrypted Client Hello, a program of its own, because its names are OpenSSL's.
//   boringssl_ech_server config KEY ID PUBLIC_NAME MAXIMUM      prints an ECHConfigList
//   boringssl_ech_server serve CERTIFICATE PRIVATE_KEY [KEY ID PUBLIC_NAME MAXIMUM]
//   boringssl_ech_server forward PORT CERTIFICATE PRIVATE_KEY [KEY ID PUBLIC_NAME MAXIMUM]
// serves one TLS connection on its standard input and output, and says on its standard error what it saw.
// `serve` says everything back, `forward` passes it on to 127.0.0.1:PORT. All bytes are in hexadecimal; KEY
// is an X25519 secret, PRIVATE_KEY a PKCS #8.
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <span>
#include <string>

#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/hpke.h>
#include <openssl/ssl.h>

#include "foundation/base/bytes.hpp"

namespace {

using Arguments = std::span<char*>;

void require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "failed to %s\n", what);
  std::exit(2);
}

qnet::base::Bytes hex(const char* text) {
  auto bytes = qnet::base::from_hex(text);
  require(bytes.has_value(), "read hexadecimal");
  return *bytes;
}

unsigned long number(const char* text, unsigned long most = 255) {
  char* end = nullptr;
  const auto value = std::strtoul(text, &end, 10);
  require(*end == 0 && value <= most, "read a number");
  return value;
}

/// KEY ID PUBLIC_NAME MAXIMUM
bssl::UniquePtr<SSL_ECH_KEYS> ech_keys(Arguments arguments) {
  const auto secret = hex(arguments[0]);
  bssl::ScopedEVP_HPKE_KEY key;
  require(EVP_HPKE_KEY_init(key.get(), EVP_hpke_x25519_hkdf_sha256(), secret.data(), secret.size()) == 1,
          "take the key");
  std::uint8_t* config = nullptr;
  std::size_t size = 0;
  require(SSL_marshal_ech_config(&config, &size, static_cast<std::uint8_t>(number(arguments[1])), key.get(),
                                 arguments[2], number(arguments[3])) == 1,
          "write the configuration");
  const bssl::UniquePtr<std::uint8_t> owned(config);
  bssl::UniquePtr<SSL_ECH_KEYS> keys(SSL_ECH_KEYS_new());
  require(SSL_ECH_KEYS_add(keys.get(), 1, config, size, key.get()) == 1, "add the key");
  return keys;
}

int print_config(Arguments arguments) {
  const auto keys = ech_keys(arguments);
  std::uint8_t* list = nullptr;
  std::size_t size = 0;
  require(SSL_ECH_KEYS_marshal_retry_configs(keys.get(), &list, &size) == 1, "write the list");
  const bssl::UniquePtr<std::uint8_t> owned(list);
  std::puts(qnet::base::to_hex({list, size}).c_str());
  return 0;
}

bssl::UniquePtr<SSL_CTX> context_of(Arguments arguments) {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  const auto certificate = hex(arguments[0]);
  const auto key = hex(arguments[1]);
  CBS der{};
  CBS_init(&der, key.data(), key.size());
  const bssl::UniquePtr<EVP_PKEY> private_key(EVP_parse_private_key(&der));
  require(private_key != nullptr && SSL_CTX_use_PrivateKey(context.get(), private_key.get()) == 1,
          "take the private key");
  require(SSL_CTX_use_certificate_ASN1(context.get(), certificate.size(), certificate.data()) == 1,
          "take the certificate");
  if (arguments.size() > 2)
    require(SSL_CTX_set1_ech_keys(context.get(), ech_keys(arguments.subspan(2)).get()) == 1, "use ECH");
  return context;
}

/// Whether the handshake was finished; says what it saw of it.
bool shake_hands(SSL* ssl) {
  require(SSL_set_rfd(ssl, 0) == 1 && SSL_set_wfd(ssl, 1) == 1, "use the connection");
  const bool shaken = SSL_accept(ssl) == 1;
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  std::fprintf(stderr, "name=%s accepted=%d shaken=%d\n", name == nullptr ? "" : name, SSL_ech_accepted(ssl),
               shaken ? 1 : 0);
  return shaken;
}

int choose_http11(SSL*, const std::uint8_t** out, std::uint8_t* size, const std::uint8_t* offered,
                  unsigned count, void*) {
  static constexpr std::uint8_t http11[] = "\x08http/1.1";
  const int found = SSL_select_next_proto(const_cast<std::uint8_t**>(out), size, http11, sizeof(http11) - 1,
                                          offered, count);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int connect_to(unsigned long port) {
  const int far = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::connect(far, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0, "reach the server behind");
  return far;
}

int forward(unsigned long port, Arguments arguments) {
  const auto context = context_of(arguments);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http11, nullptr);
  const bssl::UniquePtr<SSL> ssl(SSL_new(context.get()));
  if (!shake_hands(ssl.get())) return 0;
  const int far = connect_to(port);
  std::uint8_t buffer[16384];
  for (;;) {
    pollfd ready[] = {{0, POLLIN, 0}, {far, POLLIN, 0}};
    if (SSL_pending(ssl.get()) == 0) require(::poll(ready, 2, -1) > 0, "wait");
    if (SSL_pending(ssl.get()) > 0 || ready[0].revents != 0) {
      const int size = SSL_read(ssl.get(), buffer, sizeof(buffer));
      if (size <= 0 || ::write(far, buffer, static_cast<std::size_t>(size)) != size) return 0;
    }
    if (ready[1].revents != 0) {
      const auto size = ::read(far, buffer, sizeof(buffer));
      if (size <= 0 || SSL_write(ssl.get(), buffer, static_cast<int>(size)) <= 0) return 0;
    }
  }
}

int serve(Arguments arguments) {
  const auto context = context_of(arguments);
  const bssl::UniquePtr<SSL> ssl(SSL_new(context.get()));
  const bool shaken = shake_hands(ssl.get());
  // Everything that is said is said back.
  std::uint8_t buffer[4096];
  for (int size = 0; shaken && (size = SSL_read(ssl.get(), buffer, sizeof(buffer))) > 0;)
    SSL_write(ssl.get(), buffer, size);
  const auto error = ERR_peek_error();
  std::fprintf(stderr, "end=%s\n", error == 0 ? "closed" : ERR_reason_error_string(error));
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(values, static_cast<std::size_t>(count));
  const std::string mode = count > 1 ? arguments[1] : "";
  if (mode == "config" && count == 6) return print_config(arguments.subspan(2));
  if (mode == "forward" && (count == 5 || count == 9))
    return forward(number(arguments[2], 65535), arguments.subspan(3));
  if (mode == "serve" && (count == 4 || count == 8)) return serve(arguments.subspan(2));
  std::fputs("usage: see the source\n", stderr);
  return 2;
}
