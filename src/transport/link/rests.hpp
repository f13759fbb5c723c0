// Addresses at which nobody recognised this client a short while ago: which of them are not dialled. No I/O,
// no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "foundation/base/random.hpp"
#include "foundation/base/retry.hpp"

namespace qnet::link {

/// Somebody on the path may have led us to the cover origin, to see what we do there. A person who was shown
/// a web page does not open it again, and again, within seconds: the address rests for some minutes.
class Rests {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  using WallTime = std::chrono::system_clock::time_point;
  /// How long, and by how much more or less.
  static constexpr std::chrono::milliseconds length = std::chrono::minutes(4);
  static constexpr std::chrono::milliseconds jitter = std::chrono::seconds(90);

  /// `random` must outlive it.
  explicit Rests(base::RandomSource& random) : random_(random) {}

  void begin(const std::string& host, std::uint16_t port, SteadyTime now);
  /// Whether it must not be dialled now. When the machine's clock was set meanwhile, nothing rests: a wrong
  /// clock is what makes relays take a client for a stranger, and once it is right the person wants to go on.
  [[nodiscard]] bool lasts(const std::string& host, std::uint16_t port, SteadyTime now, WallTime wall);

 private:
  base::RandomSource& random_;
  base::ClockWatch clock_;
  std::map<std::pair<std::string, std::uint16_t>, SteadyTime> until_;
};

}  // namespace qnet::link
