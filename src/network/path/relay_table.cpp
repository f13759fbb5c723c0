#include "network/path/relay_table.hpp"

#include <algorithm>

#include "network/path/weights.hpp"

namespace qnet::path {

RelayTable::RelayTable(std::vector<RelayFacts> relays, Rules rules) : rules_(rules) {
  for (auto& relay : relays) {
    if (relays_.size() == directory::RosterLimits::relays) break;
    if (places_.try_emplace(relay.peer.key(), relays_.size()).second) relays_.push_back(std::move(relay));
  }
  std::vector<const RelayFacts*> hops;
  std::vector<Bandwidth> bandwidths;
  for (const auto& relay : relays_) {
    if (!fits(relay, Position::inner) && !fits(relay, Position::exit)) continue;
    hops.push_back(&relay);
    bandwidths.push_back({relay.measured, relay.declared});
  }
  const auto rates = rates_of(bandwidths);
  double of_exits = 0;
  double of_all = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    of_all += rates[i];
    if (fits(*hops[i], Position::exit)) of_exits += rates[i];
  }
  inner_ = weigh(Position::inner, part_of_exits(of_exits, of_all));
  exit_ = weigh(Position::exit, 1);
  fast_exit_ = weigh(Position::fast_exit, 1);
}

bool RelayTable::fits(const RelayFacts& relay, Position position) const {
  switch (position) {
    case Position::inner: return relay.relays && may_be_hop(relay, rules_);
    case Position::exit: return relay.exits && may_be_hop(relay, rules_);
    case Position::fast_exit: return relay.exits;
  }
  return false;
}

RelayTable::Weights RelayTable::weigh(Position position, double part_of_exits) const {
  std::vector<std::size_t> places;
  std::vector<Bandwidth> bandwidths;
  for (std::size_t i = 0; i < relays_.size(); ++i) {
    const auto& relay = relays_[i];
    if (!fits(relay, position)) continue;
    places.push_back(i);
    bandwidths.push_back({relay.measured, relay.declared, relay.exits ? part_of_exits : 1});
  }
  const auto found = weights_of(bandwidths);
  Weights weights{std::vector<std::uint32_t>(relays_.size()), places.size()};
  for (std::size_t i = 0; i < places.size(); ++i) weights.of_each[places[i]] = found[i];
  return weights;
}

const RelayTable::Weights& RelayTable::at(Position position) const {
  switch (position) {
    case Position::inner: break;
    case Position::exit: return exit_;
    case Position::fast_exit: return fast_exit_;
  }
  return inner_;
}

std::span<const std::uint32_t> RelayTable::weights(Position position) const { return at(position).of_each; }

std::size_t RelayTable::count(Position position) const { return at(position).count; }

std::optional<std::size_t> RelayTable::find(const peer::PeerId& peer) const {
  const auto found = places_.find(peer.key());
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

bool RelayTable::leaves_an_exit(std::size_t guard) const {
  const auto exits = weights(Position::exit);
  for (std::size_t i = 0; i < exits.size(); ++i)
    if (exits[i] > 0 && i != guard && may_share_circuit(guard, i)) return true;
  return exit_.count == 0;
}

std::vector<std::uint32_t> RelayTable::guard_weights() const {
  std::vector<std::uint32_t> all(inner_.of_each.begin(), inner_.of_each.end());
  if (exit_.count >= GuardLimits::few_exits) return all;
  auto others = all;
  for (std::size_t i = 0; i < others.size(); ++i)
    if (exit_.of_each[i] > 0) others[i] = 0;
  return std::ranges::any_of(others, [](std::uint32_t weight) { return weight > 0; }) ? others : all;
}

}  // namespace qnet::path
