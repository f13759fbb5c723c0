#include "node/process.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/resource.h>

#include <chrono>
#include <csignal>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "control/port_owner.hpp"
#include "foundation/net/byte_stream.hpp"
#include "foundation/net/error.hpp"
#include "node/error.hpp"

namespace qnet::node {

namespace {
// Enough for a last record and a FIN on every session; a second signal does not wait.
constexpr auto kFarewell = std::chrono::milliseconds(500);
// For directories to be dialled and told that a relay goes: a few round trips.
constexpr auto kLongestFarewell = std::chrono::seconds(4);
constexpr auto kStep = std::chrono::milliseconds(50);

/// Stops the pool after the farewell. Lives until then.
net::Task<void> say_farewell(net::IoPool& pool, const std::function<bool()>& leaving) {
  const auto began = std::chrono::steady_clock::now();
  boost::asio::steady_timer step(pool.first());
  for (auto took = kStep * 0; took < kFarewell || (leaving && leaving() && took < kLongestFarewell);
       took =
           std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began)) {
    step.expires_after(kStep);
    (void)co_await step.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  pool.stop();
}
}  // namespace

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::cannot_listen: return "cannot listen";
    case Errc::cannot_start: return "cannot start";
    case Errc::cannot_save: return "a file cannot be written; check the state folder's rights and free space";
    case Errc::cover_unsuitable:
      return "this cover origin cannot be mirrored; choose another with --cover-origin (qnet cover check "
             "HOST tells "
             "how good one is)";
  }
  return "unknown error";
}

void return_large_blocks() {
#ifdef __GLIBC__
  // Unset, glibc takes a freed block's size as the new limit, and from then on keeps all that are smaller.
  ::mallopt(M_MMAP_THRESHOLD, 64 * 1024);
#endif
}

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);  // what was allowed before is allowed still
}

void run_until_signal(net::IoPool& pool, const std::function<void()>& stop,
                      const std::function<bool()>& leaving) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  boost::asio::signal_set signals(pool.first(), SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    stop();
    boost::asio::co_spawn(pool.first(), say_farewell(pool, leaving), boost::asio::detached);
    signals.async_wait([&](const boost::system::error_code&, int) { pool.stop(); });
  });
  pool.run();
}

base::Error explain_listen_error(const base::Error& error, const net::tcp::endpoint& at,
                                 const std::string& flag) {
  if (error.is(net::Errc::address_in_use)) {
    const auto owner = control::port_owner(at);
    return {Errc::cannot_listen,
            fmt::format("port {} is taken{}; choose another with {}", at.port(),
                        owner ? " by " + control::to_text(*owner) : " by another program", flag)};
  }
  if (error.is(net::Errc::not_permitted))
    return {Errc::cannot_listen,
            fmt::format(
                "this user may not listen on port {}; choose one above 1023 with {}, or give the program the "
                "right with: sudo setcap cap_net_bind_service+ep $(command -v qnet)",
                at.port(), flag)};
  if (error.is(net::Errc::address_unavailable))
    return {Errc::cannot_listen, fmt::format("{} is not an address of this machine; give another with {}",
                                             at.address().to_string(), flag)};
  return {Errc::cannot_listen, error.message()};
}

base::Error explain_start_error(const base::Error& error, std::initializer_list<net::tcp::endpoint> ports,
                                const std::string& flag) {
  for (const auto& at : ports) {
    boost::asio::io_context io;
    if (auto free = net::listen(io, at); !free) return explain_listen_error(free.error(), at, flag);
  }
  return error;
}

}  // namespace qnet::node
