// A relay's sessions to the relays that its circuits go on to: one for each, shared by all circuits of a
// core.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

#include "foundation/base/random.hpp"
#include "foundation/base/retry.hpp"
#include "overlay/circuit/error.hpp"
#include "overlay/circuit/places.hpp"
#include "overlay/peer/peer_id.hpp"
#include "overlay/session/session.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::circuit {

struct NeighbourLimits {
  /// Of one core: relays with a session, or that are dialled, or that did not answer a short while ago. When
  /// there are more, one that carries nothing makes room.
  std::size_t relays = 1024;
  /// Dials at once; more fail at once. So many, because relays that do not answer take 10 s each.
  std::size_t dials = 256;
  /// Of these, begun for one who asks: it has room for 256 circuits, each to another relay.
  std::size_t dials_for_one = 64;
  /// Circuits that wait for one dial.
  std::size_t waiting = 256;
  /// Without a circuit for so long, and a session ends. Drawn for each, between what browsers have: Firefox
  /// closes an idle connection after 115 s, Chrome after 300.
  std::chrono::milliseconds idle = std::chrono::seconds(210);
  std::chrono::milliseconds idle_jitter = std::chrono::seconds(90);
  /// After a dial that failed, no other for so long; doubled each time.
  std::chrono::milliseconds first_pause = std::chrono::seconds(1);
  std::chrono::milliseconds last_pause = std::chrono::minutes(2);
};

struct NeighbourOptions {
  /// Of a relay that a directory lists; nothing for anybody else.
  std::function<std::optional<link::RelayAddress>(const peer::PeerId&)> address_of;
  std::function<net::Task<base::Result<std::shared_ptr<session::Session>>>(link::RelayAddress)> dial;
  NeighbourLimits limits{};
  base::RandomSource& random;
};

/// Lives on one io_context; one for each core. Made by make_shared().
class Neighbours : public std::enable_shared_from_this<Neighbours> {
 public:
  Neighbours(const boost::asio::any_io_executor& executor, NeighbourOptions options)
      : executor_(executor), options_(std::move(options)) {}
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;

  /// A session with that relay: the one that there is, or a new one, for which all that ask at the same time
  /// wait together. A dial counts for who `asks` first. May be cancelled. Errors: no_next_hop for a relay
  /// that is not listed, not_again_yet, too_many_neighbours, and those of the dial.
  net::Task<base::Result<std::shared_ptr<session::Session>>> reach(peer::PeerId peer, Who asks = {});

  /// Says good-bye on every session, and makes no more.
  void stop();

  /// Relays that are remembered, for whatever reason.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  using SessionPointer = std::shared_ptr<session::Session>;
  using Time = std::chrono::steady_clock::time_point;
  /// A dial under way. Those who wait have it too, and may leave at any time.
  struct Dial {
    explicit Dial(const boost::asio::any_io_executor& executor) : done(executor, Time::max()) {}
    boost::asio::steady_timer done;  ///< cancelled when there is a result
    std::optional<base::Result<SessionPointer>> result{};
    std::size_t waiting = 0;
  };
  struct Neighbour {
    SessionPointer session;
    std::shared_ptr<Dial> dial;
    base::Backoff pauses;
    Time rests_until = Time::min();
  };
  struct KeyHash {
    std::size_t operator()(const crypto::Ed25519Public& key) const;
  };
  using Known = std::unordered_map<crypto::Ed25519Public, Neighbour, KeyHash>;

  [[nodiscard]] base::Result<std::shared_ptr<Dial>> begin(const peer::PeerId& peer, const Who& asks);
  [[nodiscard]] Neighbour* place_for(const peer::PeerId& peer);
  net::Task<void> dial(peer::PeerId peer, link::RelayAddress address, std::shared_ptr<Dial> dial,
                       std::shared_ptr<const Places::Place> place);
  net::Task<void> end_when_idle(SessionPointer session);
  static net::Task<base::Result<SessionPointer>> wait_for(std::shared_ptr<Dial> dial);

  boost::asio::any_io_executor executor_;
  NeighbourOptions options_;
  Known known_;
  std::size_t dials_ = 0;
  Places dials_for_;
  bool stopped_ = false;
};

}  // namespace qnet::circuit
