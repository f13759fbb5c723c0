// The registry of transports, dialling side: which of them reaches a relay's address.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "transport/link/link.hpp"
#include "transport/link/peer_time.hpp"
#include "transport/link/relay_address.hpp"
#include "transport/link/rests.hpp"

namespace qnet::link {

struct DialLimits {
  static constexpr std::chrono::seconds connect = std::chrono::seconds(10);
  /// Two round trips to the far side of the earth over a bad line.
  static constexpr std::chrono::seconds handshake = std::chrono::seconds(15);
};

struct Dialled {
  std::unique_ptr<Link> link;
  std::chrono::microseconds round_trip{};  ///< from the hello to the end of the relay's flight
  std::optional<PeerTime> peer_time{};     ///< where the transport tells it
};

using Dial = std::function<net::Task<base::Result<Dialled>>(RelayAddress)>;

class Dialers {
 public:
  /// Each transport is added once for each cover that it reaches, when a node is put together.
  void add(Cover cover, Dial dial);
  /// For clients: an address that answers not_recognised is not dialled again for some minutes, but fails at
  /// once with the same (`Rests`). `random` must outlive this and its copies.
  void rest_where_not_recognised(base::RandomSource& random) { rests_ = std::make_shared<Rests>(random); }
  /// By relay.cover; no_transport when none was added for it.
  net::Task<base::Result<Dialled>> dial(RelayAddress relay) const;

 private:
  std::map<Cover, Dial> by_cover_;
  std::shared_ptr<Rests> rests_;  // null: nothing rests
};

}  // namespace qnet::link
