// How often strangers who ask for relays that are not listed may have the list asked for.
#pragma once

#include <chrono>
#include <optional>

#include "foundation/base/retry.hpp"

namespace qnet::discovery {

/// Any key that somebody makes up is one that is missing: without a schedule of its own, one client would
/// have every relay ask its operators without end. No clock.
class MissingRelays {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds first_pause{10'000};
  static constexpr std::chrono::milliseconds last_pause{900'000};
  /// Without anybody missing for so long, it begins anew.
  static constexpr std::chrono::hours quiet{1};

  /// Somebody is missing: whether the list is to be asked for now. The pauses grow from seconds, while a
  /// network comes up, to a quarter of an hour.
  [[nodiscard]] bool ask(Time now, base::RandomSource& random) {
    if (last_missing_ && now - *last_missing_ > quiet) pauses_.reset();
    const bool asks = !last_missing_ || now >= rests_until_;
    last_missing_ = now;
    if (asks) rests_until_ = now + pauses_.next(random);
    return asks;
  }

 private:
  base::Backoff pauses_{first_pause, last_pause};
  std::optional<Time> last_missing_;
  Time rests_until_{};
};

}  // namespace qnet::discovery
