#pragma once

#include <string_view>

namespace qnet::circuit {

enum class Errc {
  malformed = 1,  ///< a message or frame that means nothing
  not_opened,     ///< a first message is not for any key that is valid now
  wrong_time,     ///< a first message of another time: too old, or the clocks differ
  replayed,       ///< a first message that came before
  forged_frame,   ///< a frame does not open
  keys_used_up,
  hop_refused,      ///< a hop has refused our first message
  hop_unreachable,  ///< a hop could not reach the one after it
  hop_overloaded,   ///< a hop takes no more circuits
  hop_lies,         ///< the answer of a hop is not by the key that its descriptor names
  too_many_hops,
  no_next_hop,          ///< that peer is not in the directory's list
  not_again_yet,        ///< that relay did not answer a moment ago
  too_many_neighbours,  ///< no room for one more session, dial, or circuit that waits for one
  not_kept,             ///< a request that came early, which a restart would take again: the disk is full
  ended,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "circuit"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::circuit
