// Measures the session's round trip with pings, one at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace qnet::mux {

class RoundTrip {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// Whether none is on its way and the last was sent at least `interval` ago.
  [[nodiscard]] bool due(Time now, Duration interval) const {
    return !on_its_way_ && (!sent_ || now - *sent_ >= interval);
  }

  /// When due() becomes true; the beginning of time when it is already. Nothing while a ping is on its way.
  [[nodiscard]] std::optional<Time> next(Duration interval) const {
    if (on_its_way_) return std::nullopt;
    return sent_ ? *sent_ + interval : Time{};
  }

  /// A ping goes out; returns its value.
  [[nodiscard]] std::uint32_t start(Time now) {
    sent_ = now;
    on_its_way_ = true;
    return ++value_;
  }

  /// An answer that nobody waits for changes nothing.
  void answered(std::uint32_t value, Time now) {
    if (!on_its_way_ || value != value_) return;
    on_its_way_ = false;
    const auto took = std::max(now - *sent_, Duration(1));
    // What queues add to a round trip must not count as distance. So the shortest of some answers counts; but
    // not of all: when the path has become longer, that would keep windows small for as long as the session
    // lives.
    if (answers_++ % kAnswers == 0) before_ = std::exchange(shortest_, std::nullopt);
    shortest_ = std::min(shortest_.value_or(took), took);
  }

  /// Of the last four to eight answers.
  [[nodiscard]] std::optional<Duration> shortest() const {
    if (!shortest_ || !before_) return shortest_;
    return std::min(*shortest_, *before_);
  }

 private:
  static constexpr unsigned kAnswers = 4;

  std::optional<Time> sent_;
  std::optional<Duration> shortest_;
  std::optional<Duration> before_;  // of the four answers before
  unsigned answers_ = 0;
  std::uint32_t value_ = 0;
  bool on_its_way_ = false;
};

}  // namespace qnet::mux
