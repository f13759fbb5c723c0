#pragma once

#include <string_view>

namespace qnet::mux {

enum class Errc {
  bad_version = 1,
  bad_type,
  bad_flags,
  bad_stream_id,     ///< the wrong parity, zero, or one that was never opened
  window_exceeded,   ///< the peer sent more than it was allowed, or a credit over 2^32 - 1
  bad_length,
  duplicate_stream,
  too_many_streams,
  ids_exhausted,
  going_away,        ///< GoAway was sent or received: no new streams
  bad_negotiation,   ///< not multistream-select
  not_spoken,        ///< the peer does not speak the protocol ("na")
};

[[nodiscard]] inline const char* error_domain(Errc) { return "mux"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::mux
