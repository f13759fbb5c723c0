#include "overlay/uplink/drain.hpp"

#include <utility>

namespace qnet::uplink {

struct Drains::Drain {
  Drain(std::shared_ptr<session::Session> which, const boost::asio::any_io_executor& executor)
      : session(std::move(which)), limit(executor) {}
  std::shared_ptr<session::Session> session;
  boost::asio::steady_timer limit;
};

void Drains::add(std::shared_ptr<session::Session> session, std::chrono::steady_clock::duration limit) {
  session->drain();
  if (!session->alive()) return;
  const auto drain = std::make_shared<Drain>(std::move(session), executor_);
  drain->limit.expires_after(limit);
  // The wait owns the drain: nothing is left of it once the session has ended or the time is up.
  drain->limit.async_wait([drain](const boost::system::error_code& error) {
    if (!error) drain->session->close();
  });
  const std::weak_ptr<Drain> weak = drain;
  drain->session->on_end([weak] {
    if (const auto ended = weak.lock()) ended->limit.cancel();
  });
  std::erase_if(drains_, [](const auto& one) { return one.expired(); });
  drains_.push_back(weak);
}

void Drains::stop() {
  for (const auto& weak : std::exchange(drains_, {}))
    if (const auto drain = weak.lock()) {
      drain->session->close();
      drain->limit.cancel();
    }
}

}  // namespace qnet::uplink
