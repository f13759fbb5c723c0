#include "transport/htx/error.hpp"

namespace qnet::htx {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_record: return "the far end sent something that is no TLS record";
    case Errc::forged_record: return "a record was altered on the way";
    case Errc::bad_padding: return "a record is padded wrongly";
    case Errc::not_recognised:
      return "the relay answered as an ordinary web site, so it did not recognise this client";
    case Errc::bad_server_hello: return "the far end's answer is no TLS 1.3 ServerHello";
    case Errc::alert: return "the far end broke off the TLS handshake";
    case Errc::bad_flight: return "the far end's first records are not a relay's";
    case Errc::bad_finished: return "the peer could not finish the handshake";
    case Errc::version: return "the peer speaks another version of HTX";
    case Errc::too_long: return "the handshake is longer than any real one";
    case Errc::nonce_exhausted: return "the session has sent as much as one key allows";
    case Errc::crypto: return "the key agreement failed";
  }
  return "unknown HTX error";
}

}  // namespace qnet::htx
