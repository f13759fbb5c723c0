// The relays of one list: what the choice of hops knows of them, and how each is reached and addressed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "network/directory/snapshot.hpp"
#include "network/path/relay_table.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::path {

using directory::WallTime;

/// Made once for each list, and shared; does not change.
struct Network {
  RelayTable table;
  /// Signed descriptors in the order of `table`: few are used, so they are opened when they are.
  std::vector<base::Bytes> descriptors{};
  /// When most relays have begun to use a key that this list does not name; far in the future when none has
  /// one.
  WallTime outdated_from = WallTime::max();
  /// A clock before this is wrong: most relays' keys had begun when they were listed.
  WallTime not_before = WallTime::min();

  // Errors of both: relay_unknown; and of directory::Errc, when the descriptor is not by its relay.

  /// How a guard is dialled. `variation` picks one of its addresses, in turn, and another look once each was
  /// tried. Names behind the first address, and special addresses, are never dialled.
  [[nodiscard]] base::Result<link::RelayAddress> address_of(const peer::PeerId& relay,
                                                            unsigned variation = 0) const;
  /// To what a hop's first message is sealed at `now`; no_key when none of its keys is valid then.
  [[nodiscard]] base::Result<crypto::X25519Public> circuit_key_of(const peer::PeerId& relay,
                                                                  WallTime now) const;
  /// Whether the list is older than circuit keys are used: it is to be refreshed before circuits are built.
  [[nodiscard]] bool outdated(WallTime now) const { return now >= outdated_from; }
  /// Whether the list may be of now: what is decided by dates is decided by no other clock. Who sets this
  /// machine's clock moves such a decision by the age of a list, which operators have dated.
  [[nodiscard]] bool fits(WallTime now) const { return now >= not_before && !outdated(now); }
};

/// Of what a majority of the operators list. `now` decides which relays have a circuit key that is valid.
[[nodiscard]] std::shared_ptr<const Network> network_of(std::span<const directory::Listed> relays,
                                                        WallTime now, Rules rules = {});

/// The last one that has begun, if it is valid at `now`.
[[nodiscard]] std::optional<crypto::X25519Public> circuit_key_at(const directory::Descriptor& descriptor,
                                                                 WallTime now);

}  // namespace qnet::path
