#include "protocol/mux/turns.hpp"

namespace qnet::mux {

std::list<StreamState*>& Turns::list_of(const StreamState& stream) {
  return stream.was_quiet ? quiet_ : round_;
}

void Turns::add(StreamState& stream) {
  if (stream.turn) return;
  stream.was_quiet = true;
  stream.turn = quiet_.insert(quiet_.end(), &stream);
}

StreamState* Turns::next() {
  if (!quiet_.empty()) return quiet_.front();
  while (!round_.empty() && round_.front()->outgoing.empty()) forget(*round_.front());
  return round_.empty() ? nullptr : round_.front();
}

void Turns::end_turn(StreamState& stream) {
  round_.splice(round_.end(), list_of(stream), *stream.turn);
  stream.was_quiet = false;
}

void Turns::forget(StreamState& stream) {
  if (!stream.turn) return;
  list_of(stream).erase(*stream.turn);
  stream.turn.reset();
}

}  // namespace qnet::mux
