// When a node asks its operators for their lists. No I/O, no clock; `network_view.hpp` carries it out.
#pragma once

#include <chrono>
#include <optional>

#include "foundation/base/retry.hpp"

namespace qnet::discovery {

struct RefreshLimits {
  static constexpr std::chrono::milliseconds refresh{3'600'000};
  /// Added or taken: an hour's rhythm would be seen on the wire.
  static constexpr std::chrono::milliseconds jitter{900'000};
  /// After a refresh that led to no agreement, or to one without a single exit.
  static constexpr std::chrono::milliseconds first_retry{2'000};
  static constexpr std::chrono::milliseconds last_retry{300'000};
  /// Between two refreshes while paths fail. While exits are known it doubles each time, up to `last_retry`,
  /// until a refresh finds other exits.
  static constexpr std::chrono::milliseconds shortest{10'000};
};

class RefreshSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A refresh begins. It serves everybody who was in a hurry.
  void began(Time now);
  /// It ended. `satisfied`: there is an agreement, and it has exits.
  void ended(bool satisfied, Time now, base::RandomSource& random);
  /// A path has failed: the next refresh does not wait for its hour. Counts once between two refreshes.
  void hurry(bool knows_exits, Time now, base::RandomSource& random);
  /// A refresh has found other exits than before.
  void found_others() { hurried_.reset(); }

  /// When the next refresh begins; nothing while one is under way.
  [[nodiscard]] std::optional<Time> next_deadline() const;

 private:
  base::Backoff retry_{RefreshLimits::first_retry, RefreshLimits::last_retry};
  base::Backoff hurried_{RefreshLimits::shortest, RefreshLimits::last_retry};
  Time began_{};
  std::optional<Time> next_;   // none while a refresh is under way
  std::optional<Time> hurry_;  // when somebody in a hurry wants the next one
};

}  // namespace qnet::discovery
