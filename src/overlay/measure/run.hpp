// One measuring of a relay: which transfers are asked for, and what rate they show. No I/O, no clock.
//
// Whatever the relay does, the rate is not above what its line carried while it was measured. Nothing can
// come before it was told to begin (messages.hpp), and that is where the time begins, so pauses, bursts and
// data that is held back only lower it. And the relay does not choose the size that shows the rate: a
// transfer that is refused or ended early shows none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "foundation/base/random.hpp"
#include "overlay/measure/limits.hpp"

namespace qnet::measure {

using TimePoint = std::chrono::steady_clock::time_point;

/// One transfer, from the moment at which the relay was told to begin.
class Transfer {
 public:
  Transfer(std::uint64_t bytes, TimePoint begun) : bytes_(bytes), begun_(begun), half_at_(begun) {}

  [[nodiscard]] std::uint64_t left() const { return bytes_ - received_; }
  void got(std::uint64_t bytes, TimePoint now);
  /// This side lets no more come. The time without anything counts.
  void cut(TimePoint now) { last_ = now; }

  /// Bytes a second, at least 1; nothing before anything has come. The lower of two: that of the whole, as a
  /// part that came fast may have been held back before, and that of the second half, as a limiter on the way
  /// may let the first through at once.
  [[nodiscard]] std::optional<std::uint64_t> rate() const;
  /// Whether bytes came for long enough: the second half alone for RunLimits::enough. A pause before it is no
  /// sign of a slow line, and a far relay is slow to begin.
  [[nodiscard]] bool shows_rate() const { return at_half_ > 0 && last_ - half_at_ >= RunLimits::enough; }

 private:
  std::uint64_t bytes_;
  std::uint64_t received_ = 0;
  std::uint64_t at_half_ = 0;  // received when half was there
  TimePoint begun_;
  TimePoint half_at_;
  TimePoint last_{};
};

/// The transfers of one measuring, one after the other.
class Transfers {
 public:
  /// `steps`: how many of RunLimits::steps it goes up to. `random` must outlive it.
  Transfers(std::size_t steps, base::RandomSource& random)
      : steps_(std::min(steps, RunLimits::steps.size())), random_(random) {}

  /// The size of the next transfer; nothing when the last one has shown the rate.
  [[nodiscard]] std::optional<std::uint64_t> next();
  /// How the last one went: whole, or cut off by this side.
  void took(const Transfer& transfer);
  /// Of the transfer that took long enough, or of the largest. Nothing before that one has come: what smaller
  /// ones show is the beginning of a connection.
  [[nodiscard]] std::optional<std::uint64_t> rate() const { return rate_; }

 private:
  std::size_t steps_;
  base::RandomSource& random_;
  std::size_t done_ = 0;
  bool over_ = false;
  std::optional<std::uint64_t> rate_;
};

}  // namespace qnet::measure
