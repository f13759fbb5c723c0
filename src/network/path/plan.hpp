// A circuit before it is built: its hops, how the guard is reached, and the keys of the others. No I/O.
#pragma once

#include "network/path/choose.hpp"
#include "network/path/network.hpp"
#include "network/path/pool.hpp"
#include "overlay/circuit/creation.hpp"

namespace qnet::path {

struct Plan {
  std::vector<peer::PeerId> hops;  ///< the guard first
  unsigned attempt = 0;            ///< of the guard
  link::RelayAddress guard;
  std::vector<circuit::Hop> behind;  ///< the guard, with their keys
  ExitFacts exit;
};

/// `ahead`: nobody waits for it, so that another port than the wish's is better than no circuit. Errors: of
/// choose(), and list_outdated.
[[nodiscard]] base::Result<Plan> plan(const Network& network, const GuardChoice& guards,
                                      const Avoidance& avoidance, std::span<const Underway> underway, Now now,
                                      Wish wish, bool ahead, base::RandomSource& random);

}  // namespace qnet::path
