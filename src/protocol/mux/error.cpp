#include "protocol/mux/error.hpp"

namespace qnet::mux {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_version: return "a yamux frame of another version";
    case Errc::bad_type: return "a yamux frame of an unknown type";
    case Errc::bad_flags: return "a yamux frame with impossible flags";
    case Errc::bad_stream_id: return "a yamux frame for a stream that cannot be";
    case Errc::bad_length: return "a yamux frame with an impossible length";
    case Errc::window_exceeded: return "the peer broke the limits of a yamux window";
    case Errc::after_finish: return "the peer sent data after the end of a stream";
    case Errc::flood: return "the peer opens streams faster than they can be refused";
    case Errc::too_many_streams: return "too many streams are open at once";
    case Errc::ids_exhausted: return "the session has used up its stream numbers";
    case Errc::going_away: return "the session takes no new streams";
    case Errc::bad_negotiation: return "the peer did not say which protocol it speaks";
    case Errc::not_spoken: return "the peer does not speak the protocol";
  }
  return "unknown multiplexer error";
}

}  // namespace qnet::mux
