// Many people's sessions with one relay, from addresses of their own, and the circuits that they begin there.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "circuit_load/network.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::load {

using SessionPointer = std::shared_ptr<session::Session>;

/// What the relay is to a circuit.
enum class Role {
  guard,  ///< the circuit's layers begin behind it
  hop,    ///< the first layer is its own: a middle, or the end
};

class Clients {
 public:
  /// Addresses are 127.`net`.x.y.
  Clients(boost::asio::any_io_executor executor, const Relay& relay, std::uint8_t net,
          base::RandomSource& random)
      : executor_(std::move(executor)), relay_(relay), net_(net), random_(random) {}

  /// So many sessions come from one address.
  static constexpr std::size_t of_one_address = 4;

  /// The one of this number; dialled when it is first asked for, or has ended.
  net::Task<base::Result<SessionPointer>> session(std::size_t number);
  /// A circuit in that session, once all hops have answered. `hops`: behind the guard, or from the relay on.
  net::Task<base::Result<SessionPointer>> circuit(std::size_t number, Role role,
                                                  std::vector<circuit::Hop> hops);
  [[nodiscard]] const Relay& relay() const { return relay_; }
  [[nodiscard]] base::RandomSource& random() { return random_; }
  void close();

 private:
  net::Task<base::Result<SessionPointer>> dial(boost::asio::ip::address source);

  boost::asio::any_io_executor executor_;
  const Relay& relay_;
  std::uint8_t net_;
  base::RandomSource& random_;
  std::map<std::size_t, SessionPointer> sessions_;
};

/// The first bytes of a stream, as they are when the first message is for the peer itself.
[[nodiscard]] base::Bytes for_the_peer_itself(base::Bytes opening);

}  // namespace qnet::load
