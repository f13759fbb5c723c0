// What exits have said that they cannot do: they are not asked for it for a while. No I/O, no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "network/directory/limits.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::path {

using directory::SteadyTime;

/// Why an exit has not served a request.
enum class Decline : std::uint8_t {
  full,             ///< it has no places now
  port_not_served,  ///< its operator does not allow this port
  no_exit,          ///< it serves nobody
};

/// Remembers PoolLimits::lacks facts; the oldest makes room.
class Lacking {
 public:
  void note(const peer::PeerId& exit, Decline why, std::uint16_t port, SteadyTime now);
  /// Whether it is not to be asked for this port now.
  [[nodiscard]] bool lacks(const peer::PeerId& exit, std::uint16_t port, SteadyTime now) const;
  /// The exits that are not to be asked for this port now, but for those that are only full.
  [[nodiscard]] std::vector<peer::PeerId> without(std::uint16_t port, SteadyTime now) const;
  /// Those that are full, and when the first of them is asked again.
  [[nodiscard]] std::vector<peer::PeerId> full(SteadyTime now) const;
  [[nodiscard]] std::optional<SteadyTime> full_until(SteadyTime now) const;

 private:
  struct Fact {
    peer::PeerId exit;
    std::uint16_t port = 0;  // 0: all
    bool full = false;
    SteadyTime until{};
  };
  std::deque<Fact> facts_;
};

}  // namespace qnet::path
