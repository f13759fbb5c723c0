// How often relays are checked; private to the roster.
#pragma once

#include <chrono>

namespace qnet::directory {

/// A failed check is repeated with growing pauses, a successful one each hour.
struct CheckLimits {
  static constexpr std::chrono::minutes recheck{60};
  static constexpr std::chrono::seconds first_retry{10};
  static constexpr std::chrono::minutes last_retry{10};
  /// A relay that was listed stays so through one lost check.
  static constexpr unsigned failures_to_unlist = 2;
};

}  // namespace qnet::directory
