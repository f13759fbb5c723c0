// What the choice of hops knows of one relay. Plain values: what is known beside a descriptor is added
// here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "foundation/ip/ip_address.hpp"
#include "network/directory/snapshot.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::path {

/// Relays with the same one are run by one party, as they say themselves.
using Family = std::array<std::uint8_t, 32>;

struct RelayFacts {
  peer::PeerId peer;
  std::vector<ip::IpAddress> addresses{};
  /// Whether `addresses` holds the one where the directories reached it. False when it names a host there,
  /// and they do not agree what is behind that: then anybody could choose the addresses beside it.
  bool network_known = false;
  /// Where directories found it, when its first address is a name; among `addresses`.
  std::optional<ip::IpAddress> behind_name{};
  std::optional<Family> family{};
  std::string country{};  ///< ISO 3166-1, as the relay declares; empty without one
  bool relays = false;    ///< carries circuits on
  bool exits = false;
  std::vector<std::uint16_t> exit_ports{};
  std::uint64_t declared = 0;               ///< bytes a second; 0 when it does not say
  std::optional<std::uint64_t> measured{};  ///< bytes a second, by others than itself
  bool circuit_key = false;                 ///< has one that is valid now

  [[nodiscard]] bool serves(std::uint16_t port) const;
};

/// What the descriptor says, but for its circuit keys and its family, which network_of() sets.
[[nodiscard]] RelayFacts facts_of(const directory::Descriptor& descriptor);
/// And what most directories say of the relay.
[[nodiscard]] RelayFacts facts_of(const directory::Listed& listed);

}  // namespace qnet::path
