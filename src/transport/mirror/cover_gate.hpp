// What a relay does with one accepted connection: it is a peer's, or it is joined to the cover origin.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include "foundation/net/host_addresses.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/replay_journal.hpp"
#include "transport/link/counters.hpp"
#include "transport/link/link.hpp"
#include "transport/mirror/stranger_places.hpp"

namespace qnet::mirror {

struct CoverLimits {
  /// A real hello comes in one or two packets. After this long the origin is dialled, so that its clock runs
  /// too.
  static constexpr std::chrono::milliseconds prompt_hello = std::chrono::milliseconds(150);
  static constexpr std::chrono::seconds origin_connect = std::chrono::seconds(10);
  /// So long a peer's answer waits for an origin that is dialled as for a stranger: one lost SYN is in it. A
  /// relay whose origin is down serves its peers all the same.
  static constexpr std::chrono::seconds peer_waits = std::chrono::seconds(3);
  /// How long a peer may take for its handshake while nobody knows the origin's limit: nginx's default.
  static constexpr std::chrono::seconds handshake = std::chrono::seconds(60);
  /// Of a visitor's bytes, collected until the origin is connected.
  static constexpr std::size_t held = 64 * 1024;
};

/// What the connections of one listener share. Lives longer than all of them.
struct CoverContext {
  const htx::Gate& gate;
  htx::ReplayJournal& journal;
  net::HostAddresses origin;
  base::RandomSource& random;
  std::shared_ptr<link::Counters> counters;
  StrangerPlaces places{};
  std::atomic<bool> origin_lost{false};  ///< the last attempt to reach the cover origin failed
};

class CoverGate {
 public:
  using Accepted = std::function<void(std::unique_ptr<link::Link>)>;
  /// Serves connections; `accepted` is told of each peer's.
  CoverGate(CoverContext& context, Accepted accepted) : context_(context), accepted_(std::move(accepted)) {}

  /// Runs one connection to its end, or until it is a link. What must outlive it: the context, not the gate.
  static net::Task<void> serve(CoverGate gate, net::tcp::socket socket);

 private:
  using Clock = std::chrono::steady_clock;

  net::Task<void> run(net::tcp::socket socket);
  net::Task<void> join_origin(net::TcpStream& visitor, std::unique_ptr<net::TcpStream> origin,
                              base::Bytes held) const;
  net::Task<void> receive_peer(std::unique_ptr<net::TcpStream> visitor, htx::Responder responder,
                               Clock::time_point opened, Clock::time_point connected);
  net::Task<bool> shake_hands(net::TcpStream& peer, htx::Responder& responder, Clock::time_point opened,
                              Clock::time_point connected) const;
  net::Task<bool> take_second_flight(net::TcpStream& peer, htx::Responder& responder) const;
  net::Task<void> wait_as_the_origin_does(const htx::MirrorProfile& profile,
                                          Clock::time_point connected) const;
  net::Task<std::unique_ptr<net::TcpStream>> dial_origin(std::chrono::milliseconds limit) const;

  CoverContext& context_;
  Accepted accepted_;
};

}  // namespace qnet::mirror
