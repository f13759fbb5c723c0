// The one timer of a session, for whatever is due first.
#include <algorithm>

#include "overlay/session/session.hpp"

namespace qnet::session {

namespace {
auto now() { return std::chrono::steady_clock::now(); }
}  // namespace

void Session::schedule() {
  if (ended_) return;
  if (!mux_at_)
    if (const auto due = mux_.next_deadline()) mux_at_ = std::max(*due, now() + SessionLimits::settling);
  arm();
}

void Session::arm() {
  const auto next = next_deadline();
  if (!next || (timer_at_ && *timer_at_ <= *next)) return;  // one that comes too early sets the next one
  timer_at_ = next;
  timer_.expires_at(*next);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    if (const auto self = cancelled ? nullptr : weak.lock()) self->at_deadline();
  });
}

std::optional<Session::TimePoint> Session::next_deadline() const {
  std::optional<TimePoint> next;
  for (const auto& due : {mux_at_, closing_until_, stall_.due(), unnamed_due_, idle_end_due()})
    if (due && (!next || *due < *next)) next = due;
  return next;
}

std::optional<Session::TimePoint> Session::idle_end_due() const {
  const auto after = facts().idle_after;
  if (after == after.zero() || closing_ || mux_.stream_count() > 0) return std::nullopt;
  return last_traffic_ + after;
}

/// What the far machine has acknowledged, where the link knows that; otherwise what the link has taken, which
/// some buffer may hold.
std::uint64_t Session::taken_by_peer() const {
  const auto outgoing = link_->outgoing();
  return outgoing.acknowledged > 0 || outgoing.waiting > 0 ? outgoing.acknowledged : given_;
}

void Session::at_deadline() {
  timer_at_.reset();
  if (ended_) return;
  const auto time = now();
  if (closing_until_ && *closing_until_ <= time) {
    finish_link();
    return end(Errc::ended);
  }
  if (stall_.due() && *stall_.due() <= time && stall_.stalled(time, taken_by_peer()))
    return end(Errc::reads_nothing);
  if (unnamed_due_ && *unnamed_due_ <= time) reset_unnamed(time);
  if (mux_at_ && *mux_at_ <= time) {
    mux_at_.reset();
    // Later traffic sets it again.
    if (time - last_traffic_ <= 2 * SessionLimits::settling) {
      mux_.advance(time);
      work_.notify();
    }
  }
  if (const auto due = idle_end_due(); due && *due <= time) {
    idle_end_ = true;
    begin_closing();
    work_.notify();
  }
  arm();
}

}  // namespace qnet::session
