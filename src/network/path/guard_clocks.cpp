#include "network/path/guard_clocks.hpp"

namespace qnet::path {

WallTime GuardClocks::time(const peer::PeerId& guard, const std::optional<link::PeerTime>& told,
                           const Now& now) {
  if (!told) return now.wall;
  // Within the bound before anything is computed with what the guard says.
  const auto passed = std::chrono::floor<std::chrono::seconds>(now.steady - told->at);
  const auto ours_then = now.wall - passed;
  if (told->time < ours_then - GuardClockLimits::most || told->time > ours_then + GuardClockLimits::most)
    return now.wall;
  const auto difference = std::chrono::abs(told->time - ours_then);
  if (entries_.size() >= GuardClockLimits::guards && !entries_.contains(guard.key())) entries_.clear();
  auto& entry = entries_[guard.key()];
  entry.differ = difference > GuardClockLimits::apart;
  return entry.use_own || !entry.differ ? now.wall : told->time + passed;
}

void GuardClocks::refused(const peer::PeerId& guard) {
  const auto found = entries_.find(guard.key());
  if (found != entries_.end() && found->second.differ) found->second.use_own = !found->second.use_own;
}

}  // namespace qnet::path
