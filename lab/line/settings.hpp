// What one direction of a line does to packets.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::line {

using Duration = std::chrono::nanoseconds;

/// The default is a line that changes nothing.
struct Settings {
  Duration delay{0};                  ///< one way
  Duration jitter{0};                 ///< each packet's delay is drawn from delay ± jitter
  bool reorder = false;               ///< a packet with less jitter overtakes those before it
  double loss = 0;                    ///< share of packets that do not arrive: 0 to 1
  double burst = 0;                   ///< mean length of a run of lost packets; 0: each is lost by itself
  std::uint64_t bits_per_second = 0;  ///< of IP packets; 0: no limit
  /// What waits in front of the rate; more is dropped. 0 bytes: `queue_time` times the rate.
  std::size_t queue_bytes = 0;
  Duration queue_time = std::chrono::milliseconds(100);
};

/// How much time a packet of that size takes at the rate; 0 without a rate.
[[nodiscard]] constexpr Duration sending_time(const Settings& settings, std::size_t bytes) {
  constexpr std::uint64_t nanobits = 8'000'000'000;
  if (settings.bits_per_second == 0) return Duration(0);
  return Duration(static_cast<std::int64_t>(bytes * nanobits / settings.bits_per_second));
}

}  // namespace qnet::line
