#include "node/network_status.hpp"

namespace qnet::node {

control::Network network_status(const discovery::NetworkView& view) {
  const auto& known = view.summary();
  return {known.relays,   known.exits, known.countries, known.operators,
          known.agreeing, known.as_of, known.problem,   known.measured};
}

control::Directory directory_status(const directory::Service& service) {
  const auto& roster = service.roster();
  const auto& counted = service.counters();
  return {roster.listed_count(), roster.size() - roster.listed_count(),
          roster.countries(),    counted.registered,
          counted.heartbeats,    counted.refused,
          counted.snapshots,     counted.renewals,
          service.healthy(),     counted.measured,
          counted.reports};
}

std::vector<control::Registered> registered_status(const discovery::Registrar& registrar) {
  std::vector<control::Registered> rows;
  for (const auto& told : registrar.directories()) rows.push_back({told.name, told.listed, told.problem});
  return rows;
}

void fill(control::Status& status, const discovery::Membership& membership) {
  if (const auto* const registrar = membership.registrar()) status.registered = registered_status(*registrar);
  if (const auto* const view = membership.view()) status.network = network_status(*view);
}

}  // namespace qnet::node
