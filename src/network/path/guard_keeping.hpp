// When a client's guards are written to the disk: at once what decides who its guards are, and seldom what
// only counts. No I/O, no clock.
#pragma once

#include "network/path/guard_sample.hpp"

namespace qnet::path {

using directory::SteadyTime;

class GuardKeeping {
 public:
  /// `kept`: what is on the disk.
  explicit GuardKeeping(GuardSample kept) : kept_(std::move(kept)) {}

  /// Whether this is to be written now; then it counts as written. `last`: the client stops.
  [[nodiscard]] bool take(const GuardSample& sample, bool last, SteadyTime now);
  /// It could not be written: it does not count as such, and is tried again after a while.
  void failed(SteadyTime now);
  /// When what has changed is to be written.
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const { return due_; }

 private:
  GuardSample kept_;
  GuardSample before_;  // on the disk, if the last write has failed
  std::optional<SteadyTime> again_;
  std::optional<SteadyTime> due_;
};

}  // namespace qnet::path
