// What is to happen, or be said, at most once in a while.
#pragma once

#include <chrono>
#include <optional>

namespace qnet::base {

class AtMostEvery {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit AtMostEvery(std::chrono::milliseconds pause) : pause_(pause) {}

  /// Whether it may happen now. Then it may not before the pause is over.
  [[nodiscard]] bool take(TimePoint now) {
    if (last_ && now - *last_ < pause_) return false;
    last_ = now;
    return true;
  }
  /// For log lines.
  [[nodiscard]] bool take() { return take(std::chrono::steady_clock::now()); }

 private:
  std::chrono::milliseconds pause_;
  std::optional<TimePoint> last_;
};

}  // namespace qnet::base
