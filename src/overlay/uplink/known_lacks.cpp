#include "overlay/uplink/known_lacks.hpp"

#include <algorithm>

namespace qnet::uplink {

void KnownLacks::is_full(const Exit& exit, TimePoint now) {
  remember({exit, Kind::places, 0, now + UplinkLimits::full}, now);
}

void KnownLacks::serves_not(const Exit& exit, std::uint16_t port, TimePoint now) {
  remember({exit, Kind::port, port, now + UplinkLimits::without_port}, now);
}

void KnownLacks::is_none(const Exit& exit, TimePoint now) {
  remember({exit, Kind::exit, 0, now + UplinkLimits::without_exit}, now);
}

bool KnownLacks::may_serve(const Exit& exit, std::uint16_t port, TimePoint now) const {
  return !knows(exit, now, [&](const Fact& fact) { return fact.kind != Kind::port || fact.port == port; });
}

bool KnownLacks::full(const Exit& exit, TimePoint now) const {
  return knows(exit, now, [](const Fact& fact) { return fact.kind == Kind::places; });
}

bool KnownLacks::lacks_a_port(const Exit& exit, TimePoint now) const {
  return knows(exit, now, [](const Fact& fact) { return fact.kind == Kind::port; });
}

void KnownLacks::remember(Fact fact, TimePoint now) {
  std::erase_if(facts_, [&](const Fact& old) {
    const bool same = old.exit == fact.exit && old.kind == fact.kind && old.port == fact.port;
    return same || old.until <= now;
  });
  if (facts_.size() >= UplinkLimits::known_lacks) facts_.pop_front();
  facts_.push_back(fact);
}

template <class Condition>
bool KnownLacks::knows(const Exit& exit, TimePoint now, Condition condition) const {
  return std::ranges::any_of(
      facts_, [&](const Fact& fact) { return fact.until > now && fact.exit == exit && condition(fact); });
}

}  // namespace qnet::uplink
