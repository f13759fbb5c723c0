// The clock by which a directory finds old rows.
#pragma once

#include "network/directory/limits.hpp"

namespace qnet::directory {

/// A machine whose clock is a day ahead would take all rows for old ones, and several directories may share
/// them. So the rows themselves give the time: the newest one that was read from the store, and how long this
/// process has run since.
class RowClock {
 public:
  /// How far the clocks of two directories may be apart; rows from further ahead say nothing about the time.
  static constexpr std::chrono::minutes skew = RegistrationLimits::clock_skew;

  RowClock(WallTime wall, SteadyTime now) : time_(wall), since_(now) {}

  /// A row that was read when this machine's clock said `wall`.
  void heard(WallTime last_seen, WallTime wall, SteadyTime now) {
    if (last_seen > wall + skew || (!guessed_ && last_seen <= newest(now))) return;
    // While nothing has been read, this machine's own clock is the only guess.
    time_ = last_seen;
    since_ = now;
    guessed_ = false;
  }
  /// Whether a row of an unknown relay is so old that its number has been forgotten (DepartedPeers).
  [[nodiscard]] bool is_stale(WallTime last_seen, SteadyTime now) const {
    return !guessed_ && last_seen < newest(now) - RosterLimits::departed;
  }

 private:
  /// The time that a row would have that is written now.
  [[nodiscard]] WallTime newest(SteadyTime now) const {
    return time_ + std::chrono::floor<std::chrono::seconds>(now - since_);
  }

  WallTime time_;
  SteadyTime since_;
  bool guessed_ = true;
};

}  // namespace qnet::directory
