// What is told of circuits.
#include <algorithm>

#include "network/path/circuits.hpp"

namespace qnet::path {

/// As of now, and not of the pool's last look.
bool Circuits::is_doubted(const PoolCircuit& circuit, SteadyTime now) const {
  const auto known = circuits_.find(circuit.number);
  if (known == circuits_.end() || !known->second.stands) return false;
  const bool heard = circuit.asked && known->second.build->session()->last_heard() >= *circuit.asked;
  return links_->slow(known->second.hops.front(), now) || (!heard && circuit.doubted(now));
}

bool Circuits::ready() const {
  const auto time = std::chrono::steady_clock::now();
  return std::ranges::any_of(pool_.circuits(), [&](const PoolCircuit& circuit) {
    return circuit.state == PoolCircuit::State::ready && !is_doubted(circuit, time);
  });
}

std::vector<CircuitStatus> Circuits::circuits() const {
  std::vector<CircuitStatus> all;
  const auto time = std::chrono::steady_clock::now();
  for (const auto& circuit : pool_.circuits()) {
    CircuitStatus status;
    status.state = circuit.state;
    status.clean = circuit.clean();
    status.doubted = is_doubted(circuit, time);
    status.age = std::chrono::floor<std::chrono::milliseconds>(time - circuit.begun);
    const auto known = circuits_.find(circuit.number);
    if (known != circuits_.end()) {
      for (const auto& hop : known->second.hops) {
        CircuitStatus::Hop shown{hop};
        if (const auto place = list_ ? list_->table.find(hop) : std::nullopt)
          shown.country = list_->table[*place].country;
        status.hops.push_back(std::move(shown));
      }
      if (known->second.stands) {
        status.streams = known->second.build->session()->stream_count();
        status.round_trip = known->second.built_in;
      }
    }
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace qnet::path
