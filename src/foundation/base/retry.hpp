// Retries: growing pauses with jitter, and a clock's jumps. No clock of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "foundation/base/random.hpp"

namespace qnet::base {

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
                                                        std::chrono::milliseconds by, RandomSource& random) {
  const auto width = static_cast<std::uint32_t>(2 * by.count()) + 1;
  return middle - by + std::chrono::milliseconds(random.below(width));
}

/// Pauses between attempts that fail: each twice the last, up to a longest one, by a quarter more or less.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds last) : first_(first), last_(last) {}
  [[nodiscard]] std::chrono::milliseconds next(RandomSource& random) {
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

}  // namespace qnet::base
