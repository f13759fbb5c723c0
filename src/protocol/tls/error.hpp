#pragma once

#include <string_view>

namespace qnet::tls {

enum class Errc {
  malformed = 1,       ///< a message that RFC 8446 does not allow here
  too_long,            ///< more than any real server sends
  tls12,               ///< the server does not speak TLS 1.3
  hello_retry,         ///< the server asked for another ClientHello
  no_x25519,           ///< the server chose a group without X25519
  cipher_suite,        ///< the server chose a cipher suite that was not offered
  bad_record,          ///< a record that does not open, or is none
  bad_finished,        ///< the server's Finished does not match
  client_certificate,  ///< the server wants to know who calls
  alert,               ///< the server broke the connection off
  compression,         ///< a compressed certificate that cannot be unpacked
  exhausted,           ///< the key may seal no more
  truncated,           ///< the connection ended without close_notify
  ech_rejected,        ///< the server could not read the hidden hello
};

[[nodiscard]] inline const char* error_domain(Errc) { return "tls"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::tls
