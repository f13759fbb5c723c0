// One measuring of a relay: which transfers are asked for, and what rate they show. No I/O, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "foundation/base/random.hpp"
#include "overlay/measure/limits.hpp"

namespace qnet::measure {

using TimePoint = std::chrono::steady_clock::time_point;

/// One transfer, from its answer on.
class Transfer {
 public:
  Transfer(std::uint64_t bytes, TimePoint begun) : bytes_(bytes), begun_(begun), half_at_(begun) {}

  [[nodiscard]] std::uint64_t left() const { return bytes_ - received_; }
  void got(std::uint64_t bytes, TimePoint now);

  /// Bytes a second, at least 1; nothing before anything has come. Of the second half alone, where there is
  /// one: the beginning of TCP is not the relay's rate, and neither is what a limiter on the way lets through
  /// at once.
  [[nodiscard]] std::optional<std::uint64_t> rate() const;
  [[nodiscard]] TimePoint::duration took() const { return last_ - begun_; }

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
  Transfers(std::size_t steps, base::RandomSource& random) : steps_(steps), random_(random) {}

  /// The size of the next transfer; nothing when the last one has shown the rate.
  [[nodiscard]] std::optional<std::uint64_t> next();
  /// How the last one went, whole or not.
  void took(const Transfer& transfer);
  /// Of the last transfer; nothing when none has brought anything.
  [[nodiscard]] std::optional<std::uint64_t> rate() const { return rate_; }

 private:
  std::size_t steps_;
  base::RandomSource& random_;
  std::size_t done_ = 0;
  bool over_ = false;
  std::optional<std::uint64_t> rate_;
};

}  // namespace qnet::measure
