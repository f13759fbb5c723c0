#include "overlay/uplink/drain.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::uplink {

namespace asio = boost::asio;

struct Drains::Drain {
  Drain(std::shared_ptr<session::Session> which, const asio::any_io_executor& executor,
        std::chrono::steady_clock::duration limit)
      : session(std::move(which)), end(std::chrono::steady_clock::now() + limit), timer(executor) {}
  std::shared_ptr<session::Session> session;
  std::chrono::steady_clock::time_point end;
  asio::steady_timer timer;
};

void Drains::add(std::shared_ptr<session::Session> session, std::chrono::steady_clock::duration limit) {
  if (session->stream_count() == 0) return session->close();
  auto drain = std::make_shared<Drain>(std::move(session), executor_, limit);
  std::erase_if(drains_, [](const auto& weak) { return weak.expired(); });
  drains_.push_back(drain);
  asio::co_spawn(executor_, [drain = std::move(drain)] { return run(drain); }, asio::detached);
}

/// A session does not tell yet when its last stream ends: this is the one place that looks again and again.
/// With an event, or a session that drains itself, what is left is one timer for `end`.
net::Task<void> Drains::run(std::shared_ptr<Drain> drain) {
  constexpr std::chrono::seconds kStep{5};
  const auto& session = drain->session;
  while (session->usable() && session->stream_count() > 0) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= drain->end) break;
    drain->timer.expires_at(std::min(drain->end, now + kStep));
    (void)co_await drain->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  session->close();
}

void Drains::stop() {
  for (const auto& weak : std::exchange(drains_, {}))
    if (const auto drain = weak.lock()) {
      drain->session->close();
      drain->timer.cancel();
    }
}

}  // namespace qnet::uplink
