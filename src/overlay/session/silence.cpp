#include "overlay/session/silence.hpp"

#include "overlay/session/session.hpp"

namespace qnet::session {

namespace {
constexpr auto kLook = std::chrono::seconds(1);
}  // namespace

Silence::Verdict Silence::at(TimePoint now, TimePoint last_heard, const net::Outgoing& outgoing) {
  if (last_heard >= asked_) return Verdict::heard;
  if (outgoing.waiting > 0 && outgoing.acknowledged > acknowledged_) since_ = now;
  acknowledged_ = outgoing.acknowledged;
  return now - since_ >= allowed_ ? Verdict::gone : Verdict::waits;
}

// Shared with the timer's handler, which outlives the watch.
struct SilenceWatch::Watched {
  std::weak_ptr<Session> session;
  Silence silence;
  boost::asio::steady_timer timer;
};

SilenceWatch::SilenceWatch(const std::shared_ptr<Session>& session, std::chrono::seconds allowed)
    : watched_(new Watched{
          session, Silence(std::chrono::steady_clock::now(), allowed, session->outgoing().acknowledged),
          boost::asio::steady_timer(session->executor())}) {
  wait(watched_);
}

void SilenceWatch::answered() { watched_->timer.cancel(); }

void SilenceWatch::wait(const std::shared_ptr<Watched>& watched) {
  watched->timer.expires_after(kLook);
  watched->timer.async_wait([watched](const boost::system::error_code& error) {
    const auto session = error ? nullptr : watched->session.lock();
    if (!session || !session->alive()) return;
    const auto verdict =
        watched->silence.at(std::chrono::steady_clock::now(), session->last_heard(), session->outgoing());
    if (verdict == Silence::Verdict::waits) wait(watched);
    if (verdict == Silence::Verdict::gone) session->close();
  });
}

}  // namespace qnet::session
