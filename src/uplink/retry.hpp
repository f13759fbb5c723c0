// Pauses between attempts, and a clock's jumps: no I/O, no clock. The same as in discovery/patience.hpp,
// which needs Asio; both give way to one header in net.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/random.hpp"

namespace qnet::uplink {

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
    const auto moved = difference - difference_.value_or(difference);
    difference_ = difference;
    return moved > tolerance || -moved > tolerance;
  }

 private:
  std::optional<std::chrono::milliseconds> difference_;
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

}  // namespace qnet::uplink
