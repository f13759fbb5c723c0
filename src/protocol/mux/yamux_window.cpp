// How much the peer may send: windows that follow the path's bandwidth-delay product, within the session's
// memory.
#include <algorithm>
#include <utility>

#include "protocol/mux/yamux.hpp"

namespace qnet::mux {

void Yamux::return_credit(StreamState& stream) {
  if (stream.remote_finished) return;
  // Streams that came later need room too.
  if (granted_ > limits_.buffered) take_back_idle_windows();
  const bool too_much = granted_ > limits_.buffered || budget_.left(now_) < Limits::first_window;
  if (too_much && stream.window > Limits::first_window) {
    const auto smaller = std::max(stream.window / 2, Limits::first_window);
    granted_ -= stream.window - smaller;
    stream.window = smaller;
    tell_budget();
    take_as_earned(stream);
  }
  const auto held = stream.receive_credit + stream.received.size();
  if (held > stream.window / 2) return;
  const auto credit = static_cast<std::uint32_t>(stream.window - held);
  stream.receive_credit += credit;
  stream.credit_returned = true;
  queue_frame(FrameType::window_update, stream.take_opening_flags(), stream.id, credit);
}

/// What all windows of the session may grow by. Of the process, a quarter of what is left: so a session finds
/// something also when many have come before it.
std::uint64_t Yamux::left_to_grant() {
  if (granted_ > limits_.buffered - limits_.buffered / 4) take_back_idle_windows();
  return std::min<std::uint64_t>(limits_.buffered - std::min<std::uint64_t>(granted_, limits_.buffered),
                                 budget_.left(now_) / 4);
}

// A peer that uses up half a window within two round trips is held back by it, or soon will be: the path
// carries more (design §4). It is judged when data comes rather than when it is read, because only then the
// time is known; so a reader that pauses counts as slow.
void Yamux::grow_when_outrun(StreamState& stream) {
  if (!stream.credit_in_use_since) stream.credit_in_use_since = now_;
  if (!stream.credit_returned) return;
  stream.credit_returned = false;
  const auto took = now_ - *stream.credit_in_use_since;
  stream.credit_in_use_since = now_;
  const auto round_trip = round_trip_.shortest();
  if (!round_trip || took > 2 * *round_trip) return;
  take_as_earned(stream);
  const std::uint64_t wanted = std::min(stream.window, limits_.largest_window - stream.window);
  if (const auto more = std::min(wanted, left_to_grant()); more > 0)
    widen(stream, static_cast<std::uint32_t>(more));
  learned_window_ = std::max(learned_window_, stream.window);
}

// All streams of a session share one path. A stream that begins with less than the path holds at once makes
// the sender wait a round trip for credit. BBR takes that pause for the path's rate when a packet is lost in
// it, and then needs eight round trips for each quarter more (bench/long_line.py).
void Yamux::begin_with_learned_window(StreamState& stream) {
  // A quarter of what is left, so that later streams find some.
  const std::uint64_t room = (limits_.given_ahead - std::min(given_ahead_, limits_.given_ahead)) / 4;
  const auto more = std::min<std::uint64_t>({learned_window_ - Limits::first_window, room, left_to_grant()});
  if (more == 0) return;
  stream.given_ahead = static_cast<std::uint32_t>(more);
  given_ahead_ += stream.given_ahead;
  widen(stream, stream.given_ahead);
}

/// Leaves what the stream was given ahead to others.
void Yamux::take_as_earned(StreamState& stream) { given_ahead_ -= std::exchange(stream.given_ahead, 0); }

void Yamux::widen(StreamState& stream, std::uint32_t more) {
  stream.window += more;
  granted_ += more;
  tell_budget();
  stream.receive_credit += more;
  queue_frame(FrameType::window_update, stream.take_opening_flags(), stream.id, more);
}

/// The credit that the peer has stays its own, since yamux cannot take it back; but no more is given before
/// the stream has used it up, and the room is others' to grow.
void Yamux::take_back(StreamState& stream) {
  if (stream.window <= Limits::first_window) return;
  granted_ -= stream.window - Limits::first_window;
  stream.window = Limits::first_window;
  take_as_earned(stream);
}

void Yamux::take_back_idle_windows() {
  if (now_ < next_idle_look_) return;
  next_idle_look_ = now_ + BudgetLimits::look;
  for (auto& [id, stream] : streams_)
    if (stream.activity.last() <= now_ - BudgetLimits::idle) take_back(stream);
}

}  // namespace qnet::mux
