#include "network/path/guard_clocks.hpp"

namespace qnet::path {

WallTime GuardClocks::time(const peer::PeerId& guard, const std::optional<link::PeerTime>& told,
                           const Now& now) {
  if (!told) return now.wall;
  const auto its = told->time + std::chrono::floor<std::chrono::seconds>(now.steady - told->at);
  const auto difference = std::chrono::abs(its - now.wall);
  if (difference > GuardClockLimits::most) return now.wall;
  if (entries_.size() >= GuardClockLimits::guards && !entries_.contains(guard.key())) entries_.clear();
  auto& entry = entries_[guard.key()];
  entry.differ = difference > GuardClockLimits::apart;
  return entry.use_own && entry.differ ? now.wall : its;
}

void GuardClocks::refused(const peer::PeerId& guard) {
  const auto found = entries_.find(guard.key());
  if (found != entries_.end() && found->second.differ) found->second.use_own = !found->second.use_own;
}

}  // namespace qnet::path
