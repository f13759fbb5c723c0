// The roster's orders of its entries, and who is on the list.
#include <algorithm>

#include "network/directory/roster.hpp"

namespace qnet::directory {

std::size_t listed_size(const Entry& entry) {
  constexpr std::size_t kAroundDescriptor = 16;
  return entry.descriptor.wire().size() + kAroundDescriptor;
}

/// First visits, and those to relays that have been listed, before visits to whoever never answered:
/// strangers who name a thousand silent hosts keep nobody waiting.
bool Roster::may_wait(const Entry& entry) { return !entry.was_listed && entry.failing_since != SteadyTime{}; }

void Roster::index(const Entry& entry) {
  const auto& key = entry.key();
  (may_wait(entry) ? retries_ : checks_).emplace(entry.check_due, key);
  if (!entry.checked && entry.failing_since != SteadyTime{})
    failing_.emplace(entry.was_listed, entry.failing_since, key);
  if (!entry.was_listed) never_listed_[entry.host()].push_back(key);
}

void Roster::unindex(const Entry& entry) {
  const auto& key = entry.key();
  (may_wait(entry) ? retries_ : checks_).erase({entry.check_due, key});
  if (!entry.checked && entry.failing_since != SteadyTime{})
    failing_.erase({entry.was_listed, entry.failing_since, key});
  if (entry.was_listed) return;
  const auto found = never_listed_.find(entry.host());
  std::erase(found->second, key);
  if (found->second.empty()) never_listed_.erase(found);
}

Obstacle Roster::obstacle_for(const Entry& entry, ip::ClientPrefix at) const {
  const auto there = listed_at_.find(at);
  if (there != listed_at_.end() && there->second >= RosterLimits::at_one_host) return Obstacle::crowded;
  return listed_bytes_ + listed_size(entry) > options_.list_bytes ? Obstacle::list_full : Obstacle::none;
}

void Roster::list(Entry& entry) {
  if (entry.checked) return;
  entry.obstacle = obstacle_for(entry, entry.site);
  if (entry.obstacle != Obstacle::none) return;
  entry.checked = true;
  entry.was_listed = true;
  entry.failing_since = {};
  ++revision_;
  listed_.insert(&entry);
  by_country_[entry.country.code].insert(&entry);
  if (entry.site != ip::ClientPrefix::unknown) ++listed_at_[entry.site];
  listed_bytes_ += listed_size(entry);
}

void Roster::unlist(Entry& entry) {
  if (!entry.checked) return;
  entry.checked = false;
  ++revision_;
  const auto country = by_country_.find(entry.country.code);
  country->second.erase(&entry);
  if (country->second.empty()) by_country_.erase(country);
  if (entry.site != ip::ClientPrefix::unknown)
    if (const auto at = listed_at_.find(entry.site); --at->second == 0) listed_at_.erase(at);
  listed_.erase(&entry);
  listed_bytes_ -= listed_size(entry);
}

}  // namespace qnet::directory
