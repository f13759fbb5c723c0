// What a relay does with streams of `/qnet/circuit/1`: as a guard, a middle or an exit, as the client has
// sealed it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "overlay/circuit/circuit_keys.hpp"
#include "overlay/circuit/counters.hpp"
#include "overlay/circuit/first_messages.hpp"
#include "overlay/circuit/layers.hpp"
#include "overlay/circuit/opening.hpp"
#include "overlay/circuit/places.hpp"
#include "overlay/circuit/rate_queue.hpp"
#include "overlay/circuit/room.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"
#include "transport/htx/replay_cache.hpp"

namespace qnet::circuit {

struct ServiceOptions {
  peer::PeerId self;
  std::function<Keys()> keys;  ///< CircuitKeys::acceptable(), never null
  std::function<WallTime()> now;
  /// A session with that peer, as a relay has it: shared by all circuits of this core that go there, and
  /// asked for by `asks` (Neighbours::reach()).
  std::function<net::Task<base::Result<std::shared_ptr<session::Session>>>(peer::PeerId, Who asks)> reach;
  /// Whether that is the Noise key of a relay that a directory lists. Such a session may carry many clients'
  /// circuits; any other counts as one client's, whatever it asks for.
  std::function<bool(const crypto::X25519Public&)> is_relay;
  /// What the end of a circuit offers; empty: no circuit ends here.
  session::Protocols at_end{};
  /// Of the process, and for nothing else; it remembers for RelayLimits::memory.
  std::shared_ptr<htx::ReplayCache> seen;
  /// Before a message is answered with which a request came early: so that `seen` knows of it after a
  /// restart. False: it cannot be kept, and so it is not taken.
  std::function<bool(const crypto::X25519Public& ephemeral, WallTime now)> note_early{};
  std::shared_ptr<mux::Budget> budget{};
  /// For the circuits of all cores; null: no bound.
  std::shared_ptr<Room> room{};
  std::chrono::milliseconds blocked = RelayLimits::blocked;
  std::chrono::milliseconds idle = RelayLimits::idle;
  /// Of one client's session.
  mux::Allowance::Rate first_messages = RelayLimits::first_messages_of_client;
  /// Of what guards and middles pass on, for the circuits of this core; null: no bound.
  std::shared_ptr<RateQueue> rate{};
  /// Of one relay, by its key, and of all relays of one address.
  mux::Allowance::Rate first_messages_of_relay = RelayLimits::first_messages_of_relay;
  /// Circuits of one relay, in the same way.
  std::size_t circuits_of_relay = RelayLimits::of_one_relay;
  /// Creates of all clients, creates of all relays, and extends: as many of each.
  mux::Allowance::Rate first_messages_of_all = RelayLimits::first_messages_of_all;
  std::shared_ptr<Counters> counters = std::make_shared<Counters>();
  base::RandomSource& random;
};

/// Lives on one io_context; one for each core.
class Service : public std::enable_shared_from_this<Service> {
 public:
  explicit Service(ServiceOptions options) : options_(std::move(options)) {}

  /// For sessions of this core.
  [[nodiscard]] session::Handler handler();

 private:
  using StreamPointer = std::unique_ptr<session::Stream>;
  using PlacePointer = std::shared_ptr<const void>;
  /// The stream to the next hop, and what that, or we in its place, have answered.
  struct Next {
    StreamPointer stream{};
    base::Bytes answer;
  };

  /// What is left of a first message that was for us, once it was answered: no key but those of our layer.
  struct Accepted {
    base::Bytes answer;
    noise::TransportKeys keys;
    Instruction instruction{};
    peer::PeerId next;
    base::Bytes rest;
  };

  net::Task<void> serve(StreamPointer upstream);
  net::Task<void> be_hop(StreamPointer upstream, base::Bytes message, PlacePointer place);
  net::Task<void> be_guard(StreamPointer upstream, peer::PeerId next, base::Bytes message,
                           PlacePointer counted);
  net::Task<void> be_middle(StreamPointer upstream, peer::PeerId next, base::Bytes message, Layer layer,
                            PlacePointer counted);
  /// From now on the circuit lives by itself.
  void relay(StreamPointer upstream, Next next, std::optional<Layer> layer, PlacePointer counted);
  void be_end(StreamPointer upstream, base::Bytes early, noise::TransportKeys keys, PlacePointer place);
  [[nodiscard]] base::Result<Accepted> accept(base::ByteView message);
  net::Task<Next> extend(session::Stream& upstream, peer::PeerId next, base::Bytes message);
  net::Task<base::Result<Next>> try_to_extend(peer::PeerId next, Who asks, base::Bytes message);
  net::Task<void> refuse(StreamPointer upstream, Status status);

  /// Whether it asks for many clients.
  [[nodiscard]] bool passes_on(const session::Stream& upstream) const {
    return options_.is_relay(upstream.facts().peer_key);
  }
  /// For an opening to come, before any memory is taken for it; null when too many wait.
  [[nodiscard]] PlacePointer await_opening(const session::Stream& upstream);
  /// A place for one more circuit; null when there is none, or when too many were begun a moment ago.
  [[nodiscard]] PlacePointer admit(const session::Stream& upstream, Opening::Kind kind);
  /// The place, and an open circuit's count with it.
  [[nodiscard]] PlacePointer count(PlacePointer place) const;

  ServiceOptions options_;
  Places places_;
  Places openings_;
  FirstMessages first_messages_;
};

}  // namespace qnet::circuit
