// A token bucket: so many at once, and so many a second in the long run.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace qnet::mux {

class Allowance {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Rate {
    std::uint32_t burst;
    std::uint32_t per_second;  ///< > 0
  };

  explicit Allowance(Rate rate) : rate_(rate), left_(rate.burst) {}

  /// Whether one more is allowed now, which uses it up. `now` never runs backwards.
  [[nodiscard]] bool take(Time now) {
    refill(now);
    if (left_ == 0) return false;
    --left_;
    return true;
  }

  /// Whether it is as if nobody had ever taken any.
  [[nodiscard]] bool is_full(Time now) const {
    return (now - filled_) / for_one() >= static_cast<std::int64_t>(rate_.burst - left_);
  }

 private:
  [[nodiscard]] std::chrono::steady_clock::duration for_one() const {
    return std::chrono::steady_clock::duration(std::chrono::seconds(1)) / rate_.per_second;
  }
  void refill(Time now) {
    const auto one = for_one();
    const auto gained = (now - filled_) / one;
    if (gained <= 0) return;
    const auto room = static_cast<std::int64_t>(rate_.burst - left_);
    left_ += static_cast<std::uint32_t>(std::min<std::int64_t>(gained, room));
    filled_ = gained >= room ? now : filled_ + gained * one;
  }

  Rate rate_;
  std::uint32_t left_;
  Time filled_{};
};

}  // namespace qnet::mux
