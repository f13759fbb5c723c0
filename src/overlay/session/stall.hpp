// Whether a peer takes what it is sent. No I/O, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace qnet::session {

/// From when the connection takes no more until all that waited has gone out, something must get on in each
/// period. A peer that takes a byte now and then would otherwise keep what waits for it for ever.
class Stall {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Bytes that must get on in one period. In a minute, half of what a line of 1 kB/s carries.
  static constexpr std::uint64_t least = std::uint64_t{32} * 1024;

  explicit Stall(std::chrono::milliseconds period) : period_(period) {}

  /// The connection takes no more; `taken`: bytes that the peer has taken so far.
  void blocked(TimePoint now, std::uint64_t taken) {
    if (until_) return;
    until_ = now + period_;
    taken_ = taken;
  }
  [[nodiscard]] bool is_blocked() const { return until_.has_value(); }
  /// Nothing waits any more.
  void all_sent() { until_.reset(); }
  /// When stalled() is to be asked, if at all.
  [[nodiscard]] std::optional<TimePoint> due() const { return until_; }
  /// Whether too little got on in the period that has ended; otherwise the next one begins.
  [[nodiscard]] bool stalled(TimePoint now, std::uint64_t taken) {
    if (!until_ || now < *until_) return false;
    if (taken - taken_ < least) return true;
    until_ = now + period_;
    taken_ = taken;
    return false;
  }

 private:
  std::chrono::milliseconds period_;
  std::optional<TimePoint> until_;
  std::uint64_t taken_ = 0;
};

}  // namespace qnet::session
