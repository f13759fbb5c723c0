#include "network/path/lacking.hpp"

#include <algorithm>

#include "network/path/pool_limits.hpp"

namespace qnet::path {

void Lacking::note(const peer::PeerId& exit, Decline why, std::uint16_t port, SteadyTime now) {
  const auto of = why == Decline::port_not_served ? port : std::uint16_t{0};
  std::erase_if(facts_, [&](const Fact& fact) { return fact.exit == exit && fact.port == of; });
  const auto time = why == Decline::full ? PoolLimits::full : PoolLimits::lacking;
  facts_.push_back({.exit = exit, .port = of, .full = why == Decline::full, .until = now + time});
  if (facts_.size() > PoolLimits::lacks) facts_.pop_front();
}

bool Lacking::lacks(const peer::PeerId& exit, std::uint16_t port, SteadyTime now) const {
  return std::ranges::any_of(facts_, [&](const Fact& fact) {
    return fact.exit == exit && now < fact.until && (fact.port == 0 || fact.port == port);
  });
}

std::vector<peer::PeerId> Lacking::without(std::uint16_t port, SteadyTime now) const {
  std::vector<peer::PeerId> found;
  for (const auto& fact : facts_)
    if (now < fact.until && !fact.full && (fact.port == 0 || fact.port == port)) found.push_back(fact.exit);
  return found;
}

std::vector<peer::PeerId> Lacking::full(SteadyTime now) const {
  std::vector<peer::PeerId> found;
  for (const auto& fact : facts_)
    if (now < fact.until && fact.full) found.push_back(fact.exit);
  return found;
}

std::optional<SteadyTime> Lacking::full_until(SteadyTime now) const {
  std::optional<SteadyTime> first;
  for (const auto& fact : facts_)
    if (now < fact.until && fact.full) first = std::min(first.value_or(fact.until), fact.until);
  return first;
}

}  // namespace qnet::path
