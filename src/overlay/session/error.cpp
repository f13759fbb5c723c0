#include "overlay/session/error.hpp"

namespace qnet::session {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::ended: return "the session with the peer has ended";
    case Errc::idle: return "the session with the peer has ended, as nobody used it";
    case Errc::stream_reset: return "the peer broke the stream off";
    case Errc::protocol_refused: return "the peer does not offer this service";
    case Errc::reads_nothing: return "the peer takes nothing of what it is sent";
    case Errc::unread_answers: return "the peer does not read what it is answered";
    case Errc::too_many_streams: return "too many streams are open at once";
  }
  return "unknown session error";
}

}  // namespace qnet::session
