// When a keeper measures its origin again. No clock of its own.
#pragma once

#include <algorithm>
#include <chrono>

#include "foundation/base/random.hpp"

namespace qnet::mirror {

/// After a success the interval; after failures pauses that double from a first one up to the interval. Each
/// is longer by up to a fifth, as an origin's log would show visits on the minute.
class Pauses {
 public:
  /// Both at least 5 ms.
  Pauses(std::chrono::milliseconds interval, std::chrono::milliseconds first_retry)
      : interval_(interval), first_retry_(first_retry), retry_(first_retry) {}

  [[nodiscard]] std::chrono::milliseconds next(bool measured, base::RandomSource& random) {
    const auto wait = measured ? interval_ : retry_;
    retry_ = measured ? first_retry_ : std::min(retry_ * 2, interval_);
    return wait + std::chrono::milliseconds(random.below(static_cast<std::uint32_t>(wait.count() / 5)));
  }

 private:
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds first_retry_;
  std::chrono::milliseconds retry_;
};

}  // namespace qnet::mirror
