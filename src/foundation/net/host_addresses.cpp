#include "foundation/net/host_addresses.hpp"

#include <mutex>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/connect_race.hpp"
#include "foundation/net/deadline.hpp"

namespace qnet::net {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::chrono::milliseconds until(Clock::time_point end) {
  return std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
}

}  // namespace

Task<base::Result<Endpoints>> look_up(std::string host, std::uint16_t port,
                                      std::chrono::milliseconds deadline) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Endpoints{{literal, port}};
  tcp::resolver resolver(co_await asio::this_coro::executor);
  const Deadline limit(resolver.get_executor(), deadline, [&resolver] { resolver.cancel(); });
  const auto [error, found] = co_await resolver.async_resolve(host, std::to_string(port), kAwait);
  if (limit.expired()) co_return base::fail(Errc::timed_out, host);
  if (error) co_return tl::unexpected(from_system(error, host));
  Endpoints endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  if (endpoints.empty()) co_return base::fail(Errc::no_such_host, host);
  co_return endpoints;
}

struct HostAddresses::State {
  const std::string host;
  const std::uint16_t port;
  const LookUp look_up;
  const std::chrono::milliseconds fresh_for;

  std::mutex mutex{};
  Endpoints known{};
  Clock::time_point stale_at{};

  /// What is known, and whether the caller is the one to look the name up again.
  std::pair<Endpoints, bool> take() {
    const std::lock_guard lock(mutex);
    const auto now = Clock::now();
    const bool stale = now >= stale_at;
    // Nobody else tries while this caller does; a failure leaves what is known for as long again.
    if (stale && !known.empty()) stale_at = now + fresh_for;
    return {known, stale};
  }
  void keep(Endpoints found) {
    const std::lock_guard lock(mutex);
    known = std::move(found);
    stale_at = Clock::now() + fresh_for;
  }
  /// After none of `tried` could be reached: the host may have moved.
  void forget(const Endpoints& tried) {
    const std::lock_guard lock(mutex);
    if (known == tried) known.clear();
  }
};

namespace {

/// A lookup beside the connection that found the addresses stale.
template <class State>
Task<void> renew(std::shared_ptr<State> state, std::chrono::milliseconds deadline) {
  auto found = co_await state->look_up(state->host, state->port, deadline);
  if (found) state->keep(std::move(*found));
}

}  // namespace

HostAddresses::HostAddresses(std::string host, std::uint16_t port, LookUp by,
                             std::chrono::milliseconds fresh_for)
    : state_(std::make_shared<State>(std::move(host), port, std::move(by), fresh_for)) {}

Task<base::Result<tcp::socket>> HostAddresses::connect(std::chrono::milliseconds deadline) const {
  const auto state = state_;
  const auto end = Clock::now() + deadline;
  auto [endpoints, stale] = state->take();
  if (endpoints.empty()) {
    auto found = co_await state->look_up(state->host, state->port, deadline);
    if (!found) co_return base::forward_error(found);
    endpoints = *found;
    state->keep(std::move(*found));
  } else if (stale) {
    asio::co_spawn(co_await asio::this_coro::executor, renew(state, deadline), asio::detached);
  }
  auto reached = co_await connect_race(in_turns(endpoints), {.deadline = until(end)});
  if (reached) co_return std::move(reached->socket);
  state->forget(endpoints);
  if (reached.error().is(Errc::timed_out)) co_return base::fail(Errc::timed_out, state->host);
  co_return base::forward_error(reached);
}

}  // namespace qnet::net
