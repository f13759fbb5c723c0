#pragma once

#include <string_view>

namespace qnet::session {

enum class Errc {
  ended = 1,         ///< the session is over; every stream in it is too
  idle,              ///< it ended while nobody used it, as web servers end idle connections
  stream_reset,      ///< the other side broke this stream off
  protocol_refused,  ///< the peer does not speak the protocol that the stream was opened for
  too_many_streams,
  reads_nothing,   ///< the connection has taken nothing for long
  unread_answers,  ///< the peer makes us answer, and does not read the answers
};

[[nodiscard]] inline const char* error_domain(Errc) { return "session"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::session
