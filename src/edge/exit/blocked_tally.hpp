// What an exit has refused within a minute, as lines of a log. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "edge/exit/refusal.hpp"

namespace qnet::exit {

struct BlockedLimits {
  /// Lines of a minute, but for one that has the rest. A stranger who tries all ports makes no more than
  /// these: 33 lines of 100 bytes in each minute of seven days are 33 MB, and DailyLimits::bytes allows 28
  /// MiB.
  static constexpr std::size_t kinds = 32;
};

class BlockedTally {
 public:
  /// `kind` as destination_kind() has it.
  void add(Refusal reason, std::string kind);
  [[nodiscard]] bool empty() const { return counts_.empty(); }
  /// Whole lines of what was added, for the minute in which that was; empty then.
  ///   2026-11-28T18:47Z reason=port destination="port 25, name" times=3
  [[nodiscard]] std::string take(std::chrono::system_clock::time_point minute);

 private:
  std::map<std::pair<Refusal, std::string>, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

}  // namespace qnet::exit
