#include "network/directory/departed.hpp"

#include <algorithm>

namespace qnet::directory {

void DepartedPeers::add(const PeerKey& peer, std::uint64_t sequence, SteadyTime now) {
  // A second goodbye with a lower number must not lower it.
  const auto highest = std::max(sequence, last(peer, now));
  erase(peer);
  while (peers_.size() >= RosterLimits::departed_peers) erase(PeerKey(ends_.begin()->second));
  const auto until = now + RosterLimits::departed;
  peers_[peer] = {highest, until};
  ends_.emplace(until, peer);
}

void DepartedPeers::erase(const PeerKey& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  ends_.erase({found->second.until, peer});
  peers_.erase(found);
}

void DepartedPeers::expire(SteadyTime now) {
  while (!ends_.empty() && ends_.begin()->first <= now) erase(PeerKey(ends_.begin()->second));
}

std::uint64_t DepartedPeers::last(const PeerKey& peer, SteadyTime now) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() || found->second.until <= now ? 0 : found->second.sequence;
}

}  // namespace qnet::directory
