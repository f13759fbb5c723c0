#include "protocol/dns/cache.hpp"

#include <algorithm>
#include <utility>

namespace qnet::dns {

namespace {

// A page's own connections come within a minute; past that, an exit should not remember where people go.
constexpr std::chrono::seconds kLongest(60);

}  // namespace

const std::vector<ip::IpAddress>* Cache::find(const std::string& name, Clock::time_point now) const {
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.expiry <= now) return nullptr;
  return &found->second.addresses;
}

void Cache::put(std::string name, std::vector<ip::IpAddress> addresses, std::chrono::seconds ttl,
                Clock::time_point now) {
  if (ttl.count() <= 0 || capacity_ == 0) return;
  if (entries_.size() >= capacity_) make_room(now);
  entries_.insert_or_assign(std::move(name), Entry{std::move(addresses), now + std::min(ttl, kLongest)});
}

void Cache::make_room(Clock::time_point now) {
  std::erase_if(entries_, [now](const auto& entry) { return entry.second.expiry <= now; });
  if (entries_.size() < capacity_) return;
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return a.second.expiry < b.second.expiry;
  }));
}

}  // namespace qnet::dns
