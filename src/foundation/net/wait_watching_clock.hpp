// Long waits that notice when the machine has slept or its clock was set.
#pragma once

#include <algorithm>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/retry.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

/// Waits for `duration` in steps of at most 5 s. Ends early when the timer is cancelled, when the clock
/// jumps, or when `enough()` is true after a step. The result: whether the clock jumped.
template <class Enough>
Task<bool> wait_watching_clock(boost::asio::steady_timer& timer, std::chrono::milliseconds duration,
                               Enough enough) {
  constexpr std::chrono::milliseconds kStep{5'000};
  base::ClockWatch watch;
  const auto end = std::chrono::steady_clock::now() + duration;
  (void)watch.jumped(std::chrono::system_clock::now(), std::chrono::steady_clock::now());
  for (auto now = std::chrono::steady_clock::now(); now < end; now = std::chrono::steady_clock::now()) {
    timer.expires_at(std::min(end, now + kStep));
    const auto [error] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (error || enough()) co_return false;
    if (watch.jumped(std::chrono::system_clock::now(), std::chrono::steady_clock::now())) co_return true;
  }
  co_return false;
}

}  // namespace qnet::net
