// The roster's orders of its entries, and which are listed.
#include <algorithm>

#include "network/directory/roster.hpp"

namespace qnet::directory {

std::size_t listed_size(const Entry& entry) {
  constexpr std::size_t kAroundDescriptor = 40;
  return entry.descriptor.wire().size() + kAroundDescriptor;
}

/// First checks, and those of relays that have been listed, come before checks of relays that never answered:
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
  entry.obstacle = obstacle_for(entry, entry.answered_at);
  if (entry.obstacle != Obstacle::none) return;
  entry.checked = true;
  entry.was_listed = true;
  entry.failing_since = {};
  ++revision_;
  listed_.insert(&entry);
  by_country_[entry.country.code].insert(&entry);
  if (entry.answered_at != ip::ClientPrefix::unknown) ++listed_at_[entry.answered_at];
  listed_bytes_ += listed_size(entry);
}

void Roster::unlist(Entry& entry) {
  if (!entry.checked) return;
  entry.checked = false;
  ++revision_;
  const auto country = by_country_.find(entry.country.code);
  country->second.erase(&entry);
  if (country->second.empty()) by_country_.erase(country);
  if (entry.answered_at != ip::ClientPrefix::unknown)
    if (const auto at = listed_at_.find(entry.answered_at); --at->second == 0) listed_at_.erase(at);
  listed_.erase(&entry);
  listed_bytes_ -= listed_size(entry);
}

const Entry* Roster::find(const PeerKey& peer) const {
  const auto found = entries_.find(peer);
  return found == entries_.end() ? nullptr : &found->second;
}

const Roster::Ordered& Roster::listed_in(std::string_view country) const {
  static const Ordered nobody;
  if (country.empty()) return listed_;
  const auto found = by_country_.find(country);
  return found == by_country_.end() ? nobody : found->second;
}

std::size_t Roster::listed_count(std::string_view country) const { return listed_in(country).size(); }

std::vector<const Entry*> Roster::listed(std::string_view country) const {
  return listed_after(nullptr, entries_.size(), country);
}

std::vector<const Entry*> Roster::listed_after(const PeerKey* last, std::size_t most,
                                               std::string_view country) const {
  const auto& all = listed_in(country);
  std::vector<const Entry*> relays;
  relays.reserve(std::min(most, all.size()));
  auto next = last == nullptr ? all.begin() : all.upper_bound(*last);
  for (; next != all.end() && relays.size() < most; ++next) relays.push_back(*next);
  return relays;
}

std::map<std::string, std::size_t> Roster::countries() const {
  std::map<std::string, std::size_t> counts;
  for (const auto& [code, keys] : by_country_) counts[code] = keys.size();
  return counts;
}

}  // namespace qnet::directory
