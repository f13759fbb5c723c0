#include "network/path/relay_facts.hpp"

#include <algorithm>

namespace qnet::path {

bool RelayFacts::serves(std::uint16_t port) const {
  return exits && std::ranges::find(exit_ports, port) != exit_ports.end();
}

RelayFacts facts_of(const directory::Descriptor& descriptor) {
  RelayFacts facts{.peer = descriptor.peer};
  for (const auto& address : descriptor.addresses)
    if (const auto literal = ip::IpAddress::parse(address.host)) facts.addresses.push_back(*literal);
  // Directories dial the first address alone.
  facts.network_known = !descriptor.is_behind_a_name();
  facts.country = descriptor.country;
  facts.relays = descriptor.can(directory::Capability::relay);
  facts.exits = descriptor.can(directory::Capability::exit);
  facts.exit_ports = descriptor.exit_ports;
  facts.declared = descriptor.bandwidth;
  return facts;
}

RelayFacts facts_of(const directory::Listed& listed) {
  auto facts = facts_of(listed.descriptor.descriptor());
  facts.country = listed.country.code;
  if (listed.measured > 0) facts.measured = listed.measured;
  if (!listed.address) return facts;
  facts.behind_name = listed.address;
  facts.addresses.push_back(*listed.address);
  facts.network_known = true;
  return facts;
}

}  // namespace qnet::path
