// What a directory makes of its measures of one relay (docs/spec/directory.md §8). No I/O, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "network/directory/limits.hpp"

namespace qnet::directory {

/// Bytes a second; 0 when nobody knows.
using Rate = std::uint32_t;

/// What a failed measure counts as: lower than any relay that gives something, and not 0, which would say
/// that nobody knows.
inline constexpr Rate kGaveNothing = 1;

/// Of an even number the lower one of the two in the middle; 0 of none. So those who want it higher must be
/// more than half.
[[nodiscard]] Rate low_median(std::vector<Rate> rates);

/// What a list says after `said` when the rate is now `found`: the same as long as it is not far off.
/// Otherwise each measure would change the list, and with it what all clients have to load.
[[nodiscard]] Rate settled(Rate said, Rate found);

/// This directory's last measures of one relay. A relay that gives nothing would otherwise be one that nobody
/// has measured, and counted with more than a slow one that lets itself be measured.
class Measures {
 public:
  void add(Rate rate, SteadyTime now);
  /// It gave nothing, or not all that it was asked for.
  void failed(SteadyTime now) { add(kGaveNothing, now); }
  /// Those that count. While they are few, a failed one counts only where all have failed.
  [[nodiscard]] std::vector<Rate> rates() const;
  /// Fewer attempts were made than come soon one after the other.
  [[nodiscard]] bool few() const { return attempts_ < MeasuredLimits::first_measures; }
  /// The first few come soon one after the other.
  [[nodiscard]] bool due(SteadyTime now) const;

 private:
  void forget_oldest();
  void note_attempt(SteadyTime now);

  std::array<Rate, MeasuredLimits::kept> rates_{};
  std::uint8_t count_ = 0;  // the oldest first
  std::uint8_t attempts_ = 0;
  SteadyTime last_{};
};

}  // namespace qnet::directory
