// What relays report of each other's rates, as votes beside the directory's own measures. No I/O, no clock.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "foundation/ip/ip_address.hpp"
#include "network/directory/limits.hpp"
#include "network/directory/peer_key.hpp"
#include "network/directory/rates.hpp"

namespace qnet::directory {

/// A relay that reports, or that is reported of: what tells whether two relays may be one party's.
struct Party {
  PeerKey peer{};
  std::optional<ip::IpAddress> address{};  ///< where it answered
  std::optional<crypto::Ed25519Public> family{};
  WallTime first_seen{};

  /// One family, or one /16 of IPv4, or one /32 of IPv6. Where an address is not known: yes.
  [[nodiscard]] bool may_be_one_with(const Party& other) const;
};

/// At most RateVoteLimits::votes of each relay, all of different parties, and none of its own. The reporters
/// that the directory has known longest stay: keys are made in a moment, but not years ago.
class RateVotes {
 public:
  void note(const Party& reporter, const Party& of, Rate rate, SteadyTime now);
  /// Those that are not too old.
  [[nodiscard]] std::vector<Rate> of(const PeerKey& peer, SteadyTime now) const;
  void forget(const PeerKey& peer) { votes_.erase(peer); }

 private:
  struct Vote {
    Party reporter;
    Rate rate = 0;
    SteadyTime at{};
  };
  std::unordered_map<PeerKey, std::vector<Vote>, PeerKeyHash> votes_;
};

}  // namespace qnet::directory
