#pragma once

#include <string_view>

namespace qnet::htx {

enum class Errc {
  bad_record = 1,  ///< a record header that TLS 1.3 does not know, or a length outside its bounds
  forged_record,   ///< a record whose tag does not match
  bad_padding,     ///< a record whose inner length exceeds it
  not_recognised,  ///< the far end answered as an ordinary web site: it did not know us, or is not our relay
  bad_server_hello,  ///< what came instead of a ServerHello is none
  alert,             ///< a TLS alert instead of the rest of a handshake
  bad_flight,        ///< the server's encrypted flight is not the relay's
  bad_finished,      ///< the client's Finished record does not hold what it must
  version,           ///< a version of HTX that this program does not speak
  too_long,          ///< more handshake bytes than any real handshake has
  nonce_exhausted,
  crypto,  ///< a key agreement failed (a low-order point)
};

[[nodiscard]] inline const char* error_domain(Errc) { return "htx"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::htx
