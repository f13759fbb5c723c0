#include "node/network_status.hpp"

namespace qnet::node {

control::Network network_status(const discovery::NetworkView& view) {
  const auto& known = view.summary();
  return {known.relays,   known.exits, known.countries, known.operators,
          known.agreeing, known.as_of, known.problem};
}

control::Directory directory_status(const directory::Service& service) {
  const auto& roster = service.roster();
  const auto& counted = service.counters();
  return {roster.listed_count(), roster.size() - roster.listed_count(),
          roster.countries(),    counted.registered,
          counted.heartbeats,    counted.refused,
          counted.snapshots,     counted.renewals,
          service.healthy()};
}

std::vector<control::Registered> registered_status(const discovery::Registrar& registrar) {
  std::vector<control::Registered> rows;
  for (const auto& place : registrar.places()) rows.push_back({place.name, place.listed, place.problem});
  return rows;
}

}  // namespace qnet::node
