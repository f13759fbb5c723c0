// The peers that were heard of in this network, for as long as they said. No I/O, no clock of its own.
#pragma once

#include <chrono>
#include <vector>

#include "network/mdns/discovery.hpp"

namespace qnet::mdns {

struct NeighbourLimits {
  /// Anybody in the network can make peers up. More than live in one, and few enough to be looked through.
  static constexpr std::size_t peers = 256;
  /// Of the TTL, which anybody can set to a century: who is there answers sooner than that
  /// (InquiryLimits::last_pause).
  static constexpr std::chrono::minutes longest{10};
};

class Neighbours {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Whether an address is new for that peer, so that an attempt may be worth it. A TTL of zero is a goodbye.
  bool note(const Found& found, Time now);
  /// The freshest first.
  [[nodiscard]] std::vector<peer::HostPort> addresses_of(const peer::PeerId& peer, Time now) const;

 private:
  // Each by itself: a peer with two interfaces says one address on each.
  struct Address {
    peer::HostPort place;
    Time expires;
  };
  struct Neighbour {
    peer::PeerId peer;
    std::vector<Address> addresses;
  };

  void forget_expired(Time now);
  Neighbour take(const peer::PeerId& peer);

  std::vector<Neighbour> neighbours_;  // who was heard of last stands last
};

}  // namespace qnet::mdns
