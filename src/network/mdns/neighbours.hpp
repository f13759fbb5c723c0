// The peers that were heard in this network, for as long as their TTL says. No I/O, no clock of its own.
#pragma once

#include <chrono>
#include <vector>

#include "network/mdns/discovery.hpp"

namespace qnet::mdns {

struct NeighbourLimits {
  /// Anybody in the network can invent peers. More than a network has, and few enough to search one by one.
  static constexpr std::size_t peers = 256;
  /// Of the TTL, which anybody can set to a century. A peer that is there answers sooner
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
  // Each expires by itself: a peer with two interfaces announces one address on each.
  struct Address {
    peer::HostPort at;
    Time expires;
  };
  struct Neighbour {
    peer::PeerId peer;
    std::vector<Address> addresses;
  };

  void forget_expired(Time now);
  Neighbour take(const peer::PeerId& peer);

  std::vector<Neighbour> neighbours_;  // the last heard is last
};

}  // namespace qnet::mdns
