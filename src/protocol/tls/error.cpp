#include "protocol/tls/error.hpp"

namespace qnet::tls {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::malformed: return "the server sent what TLS 1.3 does not allow";
    case Errc::too_long: return "the server's handshake is longer than any real one";
    case Errc::tls12: return "the server does not speak TLS 1.3";
    case Errc::hello_retry: return "the server asks for a second ClientHello (HelloRetryRequest)";
    case Errc::no_x25519: return "the server chose a key exchange without X25519";
    case Errc::cipher_suite: return "the server chose a cipher suite that was not offered";
    case Errc::bad_record: return "the server sent a record that does not open";
    case Errc::bad_finished: return "the server's Finished does not match";
    case Errc::client_certificate: return "the server asks its visitors for certificates";
    case Errc::alert: return "the server broke the TLS connection off";
    case Errc::compression: return "the server's compressed certificate cannot be unpacked";
    case Errc::truncated: return "the TLS connection ended without a good-bye";
    case Errc::ech_rejected: return "the server could not read the Encrypted Client Hello";
    case Errc::exhausted: return "the connection has sent as much as one key allows";
  }
  return "unknown TLS error";
}

}  // namespace qnet::tls
