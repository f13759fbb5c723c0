// What time first messages behind a guard tell: each hop takes those of its own minute, two more or less
// (docs/spec/path.md §5). No I/O and no clock.
#pragma once

#include <optional>
#include <unordered_map>

#include "network/directory/peer_key.hpp"
#include "network/path/guards.hpp"
#include "transport/link/peer_time.hpp"

namespace qnet::path {

struct GuardClockLimits {
  /// A relay answers only clients whose clock is within ten minutes of its own. The rest is for what was
  /// rounded. A guard that tells another time lies, or the machine slept since.
  static constexpr std::chrono::seconds most = std::chrono::minutes(11);
  /// Of the two clocks. Up to here both are taken by every hop, and ours is told: what a guard tells would
  /// let it mark circuits, and gain nothing.
  static constexpr std::chrono::seconds apart = std::chrono::minutes(1);
  static constexpr std::size_t guards = 64;
};

class GuardClocks {
 public:
  /// The time for a circuit's first message behind this guard. `told`: what its handshake told, if it did:
  /// any number, as the guard may lie.
  [[nodiscard]] WallTime time(const peer::PeerId& guard, const std::optional<link::PeerTime>& told,
                              const Now& now);
  /// The first hop behind it has refused such a message. The next one tells the other clock's time, where
  /// that is another.
  void refused(const peer::PeerId& guard);

 private:
  struct Entry {
    bool use_own = false;
    bool differ = false;  // the clocks, at the last message
  };
  std::unordered_map<directory::PeerKey, Entry, directory::PeerKeyHash> entries_;
};

}  // namespace qnet::path
