#pragma once

#include <string_view>

namespace qnet::site {

enum class Errc {
  not_recognised =
      1,        ///< the far end answered as an ordinary web site: it did not know us, or is not our relay
  version,      ///< a version that this program does not speak
  bad_message,  ///< a handshake message that does not open
  too_long,
  crypto,     ///< a key agreement failed (a low-order point)
  bad_http,   ///< a message that is no HTTP
  bad_frame,  ///< a WebSocket frame against RFC 6455
  no_site,    ///< the folder of the web site cannot be used
  upstream,   ///< the web server behind cannot be reached
};

[[nodiscard]] inline const char* error_domain(Errc) { return "cover_site"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::site
