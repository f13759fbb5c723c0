// Retries: growing pauses with jitter, and long waits that notice when the machine has slept or its clock was
// set.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/random.hpp"
#include "net/byte_stream.hpp"

namespace qnet::net {

/// How the machine's clock has moved against its steady one: by a person, by NTP, or by a sleep, which the
/// steady clock does not count.
class ClockWatch {
 public:
  static constexpr std::chrono::seconds tolerance{30};
  /// Whether it jumped since the last call.
  [[nodiscard]] bool jumped(std::chrono::system_clock::time_point wall,
                            std::chrono::steady_clock::time_point now) {
    const auto difference = std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()) -
                            std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
    const auto moved = difference - difference_;
    const bool known = known_;
    difference_ = difference;
    known_ = true;
    return known && (moved > tolerance || -moved > tolerance);
  }

 private:
  std::chrono::milliseconds difference_{};
  bool known_ = false;
};

/// Around `middle`, by at most `by` more or less.
[[nodiscard]] inline std::chrono::milliseconds jittered(std::chrono::milliseconds middle,
                                                        std::chrono::milliseconds by,
                                                        base::RandomSource& random) {
  const auto width = static_cast<std::uint32_t>(2 * by.count()) + 1;
  return middle - by + std::chrono::milliseconds(random.below(width));
}

/// Pauses between attempts that fail: each twice the last, up to a longest one, by a quarter more or less.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds last) : first_(first), last_(last) {}
  [[nodiscard]] std::chrono::milliseconds next(base::RandomSource& random) {
    const auto wait = std::min(next_.value_or(first_), last_);
    next_ = wait * 2;
    return jittered(wait, wait / 4, random);
  }
  void reset() { next_.reset(); }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds last_;
  std::optional<std::chrono::milliseconds> next_;
};

/// Waits for `duration` in steps of at most 5 s. Ends early when the timer is cancelled, when the clock
/// jumps, or when `enough()` is true after a step. The result: whether the clock jumped.
template <class Enough>
Task<bool> wait_watching_clock(boost::asio::steady_timer& timer, std::chrono::milliseconds duration,
                               Enough enough) {
  constexpr std::chrono::milliseconds kStep{5'000};
  ClockWatch watch;
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
