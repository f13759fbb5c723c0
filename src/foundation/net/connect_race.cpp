#include "foundation/net/connect_race.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::net {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

// How far a failed attempt got: a refusal came from the host itself.
int progress(const base::Error& error) {
  if (error.is(Errc::refused)) return 4;
  if (error.is(Errc::timed_out)) return 3;
  if (error.is(Errc::host_unreachable)) return 2;
  if (error.is(Errc::network_unreachable) || error.is(Errc::address_unavailable)) return 1;
  return 0;
}

// Shared with the handlers of attempts, which may run after the race is over.
class Race : public std::enable_shared_from_this<Race> {
 public:
  Race(const asio::any_io_executor& executor, SourceAddresses from)
      : changed(executor), from_(std::move(from)) {}

  void try_next(const tcp::endpoint& to) {
    const auto socket = std::make_shared<tcp::socket>(changed.get_executor());
    sockets_.push_back(socket);
    ++running;
    failed_one = false;
    if (const auto code = bind(*socket, to); code) {
      asio::post(changed.get_executor(),
                 [self = shared_from_this(), socket, to, code] { self->attempt_ended(*socket, to, code); });
      return;
    }
    socket->async_connect(to, [self = shared_from_this(), socket, to](const boost::system::error_code& code) {
      self->attempt_ended(*socket, to, code);
    });
  }

  void abandon() {
    boost::system::error_code ignored;
    for (const auto& socket : sockets_) socket->close(ignored);
    sockets_.clear();
  }

  asio::steady_timer changed;
  std::optional<Reached> winner;
  std::size_t running = 0;
  bool failed_one = false;  // since the last was tried
  std::optional<base::Error> error;

 private:
  void attempt_ended(tcp::socket& socket, const tcp::endpoint& to, const boost::system::error_code& code) {
    --running;
    if (winner) return;
    if (!code && socket.is_open()) {
      winner.emplace(Reached{std::move(socket), to});
    } else {
      failed_one = true;
      const auto mine = from_system(code, to_text(to));
      if (!error || progress(mine) > progress(*error)) error = mine;
    }
    changed.cancel();
  }

  /// To the address that connections come from, if one was chosen. The port is taken by connect(): it must be
  /// free towards this destination alone (ip(7), IP_BIND_ADDRESS_NO_PORT).
  [[nodiscard]] boost::system::error_code bind(tcp::socket& socket, const tcp::endpoint& to) const {
    const auto& source = from_.of(to.address());
    boost::system::error_code code;
    if (!source) return code;
    socket.open(to.protocol(), code);
    if (code) return code;
    const int on = 1;
    (void)::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    socket.bind({*source, 0}, code);
    return code;
  }

  SourceAddresses from_;
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
};

}  // namespace

std::vector<tcp::endpoint> in_turns(const std::vector<tcp::endpoint>& endpoints) {
  constexpr std::size_t most = 4;
  std::vector<tcp::endpoint> first;
  std::vector<tcp::endpoint> second;
  for (const auto& endpoint : endpoints) {
    auto& family = endpoint.protocol() == endpoints.front().protocol() ? first : second;
    if (family.size() < most) family.push_back(endpoint);
  }
  std::vector<tcp::endpoint> ordered;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) ordered.push_back(first[i]);
    if (i < second.size()) ordered.push_back(second[i]);
  }
  return ordered;
}

Task<base::Result<Reached>> connect_race(std::vector<tcp::endpoint> endpoints, RaceTiming timing,
                                         SourceAddresses from) {
  if (endpoints.empty()) co_return base::fail(Errc::no_such_host);
  const auto race = std::make_shared<Race>(co_await asio::this_coro::executor, std::move(from));
  const std::unique_ptr<Race, void (*)(Race*)> abandon_at_end(race.get(), [](Race* r) { r->abandon(); });
  const auto end = Clock::now() + timing.deadline;
  auto next_at = Clock::time_point::min();
  auto next = endpoints.begin();
  for (;;) {
    if (race->winner) co_return std::move(*race->winner);
    const auto now = Clock::now();
    if (now >= end) co_return base::fail(Errc::timed_out);
    if (next != endpoints.end() && (race->failed_one || now >= next_at)) {
      race->try_next(*next++);
      next_at = now + timing.stagger;
    }
    if (race->running == 0) co_return tl::unexpected(*race->error);
    race->changed.expires_at(next == endpoints.end() ? end : std::min(next_at, end));
    (void)co_await race->changed.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return base::fail(Errc::closed);
  }
}

}  // namespace qnet::net
