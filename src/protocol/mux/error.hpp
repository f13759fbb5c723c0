#pragma once

#include <string_view>

namespace qnet::mux {

enum class Errc {
  bad_version = 1,
  bad_type,
  bad_flags,
  bad_stream_id,    ///< the wrong parity, used before, or never opened
  bad_length,       ///< a payload larger than any window
  window_exceeded,  ///< the peer sent more than it may, or gave a credit over 2^32 - 1
  after_finish,     ///< data after FIN
  flood,            ///< more refused streams or unfetched events than the limits allow
  too_many_streams,
  ids_exhausted,
  going_away,       ///< GoAway was sent or received: no new streams
  bad_negotiation,  ///< not multistream-select
  not_spoken,       ///< the peer does not speak the protocol ("na")
};

[[nodiscard]] inline const char* error_domain(Errc) { return "mux"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::mux
