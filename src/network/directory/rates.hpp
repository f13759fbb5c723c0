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

/// Of an even number the lower one of the two in the middle; 0 of none. So those who want it higher must be
/// more than half.
[[nodiscard]] Rate low_median(std::vector<Rate> rates);

/// What a list says after `said` when the rate is now `found`: the same as long as it is not far off.
/// Otherwise each measure would change the list, and with it what all clients have to load.
[[nodiscard]] Rate settled(Rate said, Rate found);

/// This directory's last measures of one relay.
class Measures {
 public:
  void add(Rate rate, SteadyTime now);
  /// It gave nothing: the oldest measure is forgotten, so that no relay keeps a rate that it does not show.
  void failed(SteadyTime now);
  [[nodiscard]] std::span<const Rate> rates() const { return {rates_.data(), count_}; }
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
