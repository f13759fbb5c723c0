// Relays for tests: one after the other, or a whole network by lot.
#pragma once

#include <string>
#include <vector>

#include "foundation/base/endian.hpp"
#include "foundation/base/random.hpp"
#include "network/path/relay_table.hpp"

namespace qnet::path::testing {

[[nodiscard]] inline peer::PeerId peer_of(std::uint32_t number) {
  crypto::Ed25519Public key{};
  base::store_be(key.data(), number);
  return peer::PeerId(key);
}

/// In a network of its own, with a key, and unmeasured; exits serve 80 and 443.
[[nodiscard]] inline RelayFacts relay_of(std::uint32_t number, bool exits = false) {
  RelayFacts relay{.peer = peer_of(number)};
  const auto high = static_cast<std::uint8_t>(1 + (number >> 8U) % 200);
  relay.addresses = {
      ip::IpAddress(ip::IpAddress::V4Bytes{high, static_cast<std::uint8_t>(number & 0xFFU), 0, 1})};
  relay.network_known = true;
  relay.relays = true;
  relay.exits = exits;
  if (exits) relay.exit_ports = {80, 443};
  relay.circuit_key = true;
  return relay;
}

[[nodiscard]] inline RelayFacts measured(RelayFacts relay, std::uint64_t bandwidth) {
  relay.measured = bandwidth;
  return relay;
}

[[nodiscard]] inline RelayFacts in_country(RelayFacts relay, std::string country) {
  relay.country = std::move(country);
  return relay;
}

/// Relays of every kind: crowded networks, families, both address families, names, missing keys, all speeds.
[[nodiscard]] inline std::vector<RelayFacts> random_network(base::RandomSource& random, std::uint32_t size) {
  const std::vector<std::string> countries{"SE", "DE", "IS", ""};
  std::vector<RelayFacts> relays;
  for (std::uint32_t i = 0; i < size; ++i) {
    auto relay = relay_of(i, random.below(3) == 0);
    const auto net = static_cast<std::uint8_t>(random.below(size));
    relay.addresses = {
        ip::IpAddress(ip::IpAddress::V4Bytes{9, net, static_cast<std::uint8_t>(random.below(256)), 1})};
    if (random.below(4) == 0) {
      ip::IpAddress::V6Bytes v6{0x20, 0x01, 0x0d, static_cast<std::uint8_t>(random.below(size))};
      v6[15] = 1;
      relay.addresses.emplace_back(v6);
    }
    relay.network_known = random.below(12) != 0;
    if (random.below(3) == 0) relay.family = Family{static_cast<std::uint8_t>(random.below(size / 3 + 1))};
    relay.country = countries[random.below(4)];
    if (relay.exits && random.below(3) == 0) relay.exit_ports.push_back(993);
    relay.circuit_key = random.below(12) != 0;
    if (random.below(5) != 0) relay.measured = 1000U * random.below(10'000);
    relay.declared = random.below(3) == 0 ? 0 : 1000U * random.below(10'000);
    relays.push_back(std::move(relay));
  }
  return relays;
}

}  // namespace qnet::path::testing
