#include "transport/mirror/splice.hpp"

#include <sys/socket.h>

#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "transport/link/visitor_stream.hpp"

namespace qnet::mirror {

namespace {

constexpr unsigned kTurnsBeforeYield = 16;

/// The origin, where its direction does not look at it.
struct Origin {
  bool unread = false;  ///< the visitor takes nothing, or the origin has ended
  bool broken = false;
};

/// A direction, until the end of `from`. It reads little ahead of what `to` takes, unlike net::pump(), which
/// is for streams that this program ends itself. False when a side has failed.
net::Task<bool> carry_all(net::TcpStream& from, net::TcpStream& to, Origin& watched,
                          link::VisitorPlaces::Place& place) {
  for (unsigned turn = 1;; ++turn) {
    const auto memory = net::thread_scratch().first(SpliceLimits::piece);
    const auto got = from.try_read(memory);
    if (!got) {
      if (!got.error().is(net::Errc::would_block)) co_return false;
      if (auto ready = co_await from.wait_readable(); !ready) co_return false;
      continue;
    }
    if (*got == 0) break;
    const auto put = to.try_write(memory.first(*got));
    if (!put) co_return false;
    place.moved();
    if (*put < *got) {
      const base::Bytes kept(memory.begin() + static_cast<std::ptrdiff_t>(*put),
                             memory.begin() + static_cast<std::ptrdiff_t>(*got));
      watched.unread = true;
      if (watched.broken) co_return false;
      if (auto written = co_await net::write_all(to, kept); !written) co_return false;
      watched.unread = false;
      place.moved();
    }
    if (turn % kTurnsBeforeYield == 0) co_await boost::asio::post(boost::asio::use_awaitable);
  }
  to.finish();
  watched.unread = true;
  co_return !watched.broken;
}

net::Task<bool> carry(net::TcpStream& from, net::TcpStream& to, Origin& watched,
                      link::VisitorPlaces::Place& place) {
  const bool ended = co_await carry_all(from, to, watched, place);
  if (!ended) {
    from.reset();
    to.reset();
  }
  co_return ended;
}

/// The origin's direction. Its end starts the visitor's time to end too.
net::Task<void> carry_answer(net::TcpStream& origin, net::TcpStream& visitor, Origin& watched,
                             link::VisitorPlaces::Place& place, std::optional<net::Deadline>& limit) {
  if (!co_await carry(origin, visitor, watched, place)) co_return;
  // Without a reset: Linux forgets such a connection in silence, and answers what comes later as it does
  // here.
  limit.emplace(visitor.executor(), SpliceLimits::after_origin, [&origin, &visitor] {
    visitor.close();
    origin.close();
  });
}

}  // namespace

net::Task<void> splice(net::TcpStream& visitor, net::TcpStream& origin, link::VisitorPlaces::Place& place) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  visitor.limit_unsent(SpliceLimits::unsent);
  origin.limit_unsent(SpliceLimits::unsent);
  origin.keep_alive(SpliceLimits::probe);
  // While the visitor takes nothing, nobody reads from the origin; nor after its end, when its system answers
  // a visitor's late bytes by a reset. Otherwise carry() sees it, behind what came before.
  Origin watched;
  Origin not_watched;
  const net::BreakWatch watch(origin, [&origin, &visitor, &watched] {
    watched.broken = true;
    if (!watched.unread) return;
    visitor.reset();
    origin.reset();
  });
  std::optional<net::Deadline> limit;
  std::optional<net::Deadline> leaving;
  const auto close_both = [&visitor, &origin] {
    visitor.close();
    origin.close();
  };
  const link::VisitorPlaces::LeaveWatch watch_place(place, [&](link::VisitorPlaces::Leave how) {
    if (how == link::VisitorPlaces::Leave::at_once) return close_both();
    link::end_reading(visitor);
    leaving.emplace(visitor.executor(), link::kLeaving, close_both);
  });
  (void)co_await (carry(visitor, origin, not_watched, place) &&
                  carry_answer(origin, visitor, watched, place, limit));
}

}  // namespace qnet::mirror
