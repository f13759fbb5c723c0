#include "transport/site/error.hpp"

namespace qnet::site {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::not_recognised:
      return "the relay answered as an ordinary web site, so it did not recognise this client";
    case Errc::version: return "the peer speaks another version of cover site";
    case Errc::bad_message: return "a handshake message was altered on the way";
    case Errc::too_long: return "a message is longer than allowed";
    case Errc::crypto: return "the key agreement failed";
    case Errc::bad_http: return "the far end sent something that is no HTTP";
    case Errc::bad_frame: return "the far end sent something that is no WebSocket frame";
    case Errc::no_site: return "the web site's folder cannot be used";
    case Errc::upstream: return "the web server behind this one cannot be reached";
  }
  return "unknown error of cover site";
}

}  // namespace qnet::site
