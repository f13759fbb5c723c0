#include "overlay/circuit/error.hpp"

namespace qnet::circuit {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::malformed: return "a message of a circuit has the wrong form";
    case Errc::not_opened: return "a circuit's first message does not open: it is for another key";
    case Errc::wrong_time: return "a circuit's first message is of another time";
    case Errc::replayed: return "a circuit's first message came a second time";
    case Errc::forged_frame: return "a frame of a circuit does not open";
    case Errc::keys_used_up: return "the keys of a circuit have sealed as much as they may";
    case Errc::hop_refused: return "a relay of the circuit refused to take part";
    case Errc::hop_unreachable: return "a relay of the circuit could not reach the next one";
    case Errc::hop_overloaded: return "a relay of the circuit takes no more circuits now";
    case Errc::hop_lies: return "the answer of a relay of the circuit is not by its key";
    case Errc::too_many_hops: return "a circuit has at most five hops";
    case Errc::no_next_hop: return "the next relay is not in the list of the directories";
    case Errc::not_again_yet: return "the next relay did not answer a moment ago";
    case Errc::too_many_neighbours: return "too many other relays are in use";
    case Errc::not_kept: return "a circuit's first message cannot be noted on disk, so it is not answered";
    case Errc::ended: return "the circuit has ended";
  }
  return "unknown circuit error";
}

}  // namespace qnet::circuit
