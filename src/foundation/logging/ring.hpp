// The last lines of the log, in memory: what the status API's /logs answers.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "foundation/logging/line.hpp"

namespace qnet::logging {

struct RingLimits {
  std::size_t lines = 1'000;
  std::size_t bytes = std::size_t{512} * 1024;  ///< of all messages: half a kilobyte for each of 1,000
  std::size_t message = 4 * 1024;               ///< a longer message is cut
};

/// What came first goes first. For all threads.
class Ring {
 public:
  explicit Ring(const RingLimits& limits = {}) : limits_(limits) {}

  void add(Line line);
  /// The last `count` lines, the oldest first; fewer when there are not so many.
  [[nodiscard]] std::vector<Line> tail(std::size_t count) const;

 private:
  const RingLimits limits_;
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
};

}  // namespace qnet::logging
