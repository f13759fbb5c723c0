// Which stream sends next: those with much to send take turns, a frame each. A stream that was quiet goes
// before them, once: a short message then waits for no long one. So does fq_codel with flows (RFC 8290 §4.2).
#pragma once

#include <list>

#include "protocol/mux/stream_state.hpp"

namespace qnet::mux {

/// Holds pointers: a stream must be forgotten before it goes. Takes no memory while nobody sends.
class Turns {
 public:
  /// The stream has got something to send.
  void add(StreamState& stream);
  /// The stream whose frame is next; null when none has anything to send.
  [[nodiscard]] StreamState* next();
  /// Whether that stream was quiet before.
  [[nodiscard]] bool in_haste() const { return !quiet_.empty(); }
  /// A frame of it was made, and perhaps nothing is left. It is quiet again only when all others have had a
  /// turn: one that sends little and often must not keep those before it from sending at all.
  void end_turn(StreamState& stream);
  void forget(StreamState& stream);

 private:
  [[nodiscard]] std::list<StreamState*>& list_of(const StreamState& stream);

  std::list<StreamState*> quiet_;  // those that were, and now have something to send
  std::list<StreamState*> round_;  // the others
};

}  // namespace qnet::mux
