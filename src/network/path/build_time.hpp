// How long a circuit's building may take, learned from those that were built. No I/O, no clock.
#pragma once

#include <chrono>
#include <deque>

#include "network/path/limits.hpp"

namespace qnet::path {

/// Of circuits of one number of hops: longer ones take longer.
class BuildTimes {
 public:
  void built_in(std::chrono::milliseconds time);
  /// The time-out was over. When many are in a row, all that was learned is forgotten, and the time-out
  /// doubles.
  void timed_out();

  /// A hop has told in time that the next one does not answer: the network is as fast as before.
  void failed_in_time();

  /// Within BuildTimeLimits::shortest and longest.
  [[nodiscard]] std::chrono::milliseconds time_out() const;
  /// What few builds take longer than; time_out() gives half as much again.
  [[nodiscard]] std::chrono::milliseconds usual() const;

 private:
  std::deque<std::chrono::milliseconds> times_;  // the last ones
  std::deque<bool> late_;                        // of the last builds: which ran into the time-out
  std::chrono::milliseconds unknown_ = BuildTimeLimits::unknown;
};

}  // namespace qnet::path
