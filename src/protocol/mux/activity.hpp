// Whether somebody receives as much as grown windows are for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

namespace qnet::mux {

/// Whose windows have grown by a number of bytes is active at the moments at which a sixteenth of it has come
/// since the last such moment. In ten seconds (BudgetLimits::idle) a path that needs the window carries a
/// hundred times as much, also with a round trip of a second. So a byte now and then keeps no grown window,
/// and what is taken from a slow session is far above what it uses.
class Activity {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t part = 16;

  void begin(Time now) { last_.store(now, std::memory_order_relaxed); }
  /// On the owner's thread.
  void received(std::size_t bytes, std::size_t grown, Time now) {
    since_ += bytes;
    if (since_ < grown / part) return;
    since_ = 0;
    begin(now);
  }
  /// The last such moment; from any thread.
  [[nodiscard]] Time last() const { return last_.load(std::memory_order_relaxed); }

 private:
  std::size_t since_ = 0;
  std::atomic<Time> last_{Time::min()};
};

}  // namespace qnet::mux
