#include "network/path/constraints.hpp"

#include <algorithm>

#include "foundation/ip/network_guess.hpp"

namespace qnet::path {

bool may_be_hop(const RelayFacts& relay, const Rules& rules) {
  return relay.circuit_key && (relay.network_known || !rules.distinct_networks);
}

bool may_share_circuit(const RelayFacts& one, const RelayFacts& other, const Rules& rules) {
  if (one.peer == other.peer) return false;
  if (one.family && one.family == other.family) return false;
  if (!rules.distinct_networks) return true;
  return std::ranges::none_of(one.addresses, [&](const ip::IpAddress& address) {
    return std::ranges::any_of(other.addresses, [&](const ip::IpAddress& another) {
      return ip::probably_same_network(address, another);
    });
  });
}

}  // namespace qnet::path
