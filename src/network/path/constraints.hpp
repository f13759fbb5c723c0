// Which relays never serve in one circuit: those that one party may run.
#pragma once

#include "network/path/relay_facts.hpp"

namespace qnet::path {

struct Rules {
  /// False only in a network of one operator's own, for tests: all of it is in one network then.
  bool distinct_networks = true;
};

/// Whether the relay can be any hop of a circuit: it has a circuit key, and its network is known. A relay
/// that names a host could otherwise hide which network it is in, and so stand twice in one circuit.
[[nodiscard]] bool may_be_hop(const RelayFacts& relay, const Rules& rules);

/// Whether both may serve in one circuit: different peers that share no declared family and no network (/16
/// of IPv4, /32 of IPv6), by any of their addresses.
[[nodiscard]] bool may_share_circuit(const RelayFacts& one, const RelayFacts& other, const Rules& rules);

}  // namespace qnet::path
