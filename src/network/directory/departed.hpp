// The last sequence numbers of peers that are gone: no copy of an earlier registration may bring them back.
#pragma once

#include <set>
#include <unordered_map>
#include <utility>

#include "network/directory/limits.hpp"
#include "network/directory/peer_key.hpp"

namespace qnet::directory {

/// Remembers each for RosterLimits::departed, and RosterLimits::departed_peers at once. The oldest make room.
class DepartedPeers {
 public:
  void add(const PeerKey& peer, std::uint64_t sequence, SteadyTime now);
  void erase(const PeerKey& peer);
  void expire(SteadyTime now);
  /// 0 when nothing is remembered.
  [[nodiscard]] std::uint64_t last(const PeerKey& peer, SteadyTime now) const;
  [[nodiscard]] std::size_t size() const { return peers_.size(); }

 private:
  struct Gone {
    std::uint64_t sequence = 0;
    SteadyTime until{};
  };
  std::unordered_map<PeerKey, Gone, PeerKeyHash> peers_;
  std::set<std::pair<SteadyTime, PeerKey>> ends_;
};

}  // namespace qnet::directory
