// What a relay does with one accepted connection: it is a peer's, or it is joined to the cover origin.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "foundation/net/host_addresses.hpp"
#include "foundation/net/unless.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/replay_journal.hpp"
#include "transport/link/counters.hpp"
#include "transport/link/link.hpp"
#include "transport/link/visitor_places.hpp"
#include "transport/mirror/origin_outage.hpp"

namespace qnet::mirror {

struct CoverLimits {
  /// A real hello comes in one or two packets. After this long the origin is dialled, so that its clock runs
  /// too.
  static constexpr std::chrono::milliseconds prompt_hello = std::chrono::milliseconds(150);
  /// After so long without a connection a stranger is reset, and a peer as OriginOutage says; a client waits
  /// longer (link::DialLimits::handshake).
  static constexpr std::chrono::seconds origin_connect = std::chrono::seconds(10);
  /// How long a peer may take for its handshake while nobody knows the origin's limit: nginx's default.
  static constexpr std::chrono::seconds handshake = std::chrono::seconds(60);
  /// Of a visitor's bytes, collected until the origin is connected.
  static constexpr std::size_t held = 64 * 1024;
};

/// The default of CoverContext::wait_until: by the system's steady clock.
net::Task<void> wait_until(std::chrono::steady_clock::time_point moment);

/// What the connections of one listener share. Lives longer than all of them.
struct CoverContext {
  const htx::Gate& gate;
  htx::ReplayJournal& journal;
  net::HostAddresses origin;
  base::RandomSource& random;
  std::shared_ptr<link::Counters> counters;
  std::atomic<bool> origin_lost{false};  ///< the last attempt to reach the cover origin failed
  OriginOutage outage{};
  /// How a peer's answer waits for its moment. Tests look at the moment instead.
  std::function<net::Task<void>(std::chrono::steady_clock::time_point)> wait_until = mirror::wait_until;
};

class CoverGate {
 public:
  using Accepted = std::function<void(std::unique_ptr<link::Link>)>;
  using Place = std::shared_ptr<link::VisitorPlaces::Place>;
  /// Serves connections; `accepted` is told of each peer's.
  CoverGate(CoverContext& context, Accepted accepted) : context_(context), accepted_(std::move(accepted)) {}

  /// Runs one connection to its end, or until it is a link. What must outlive it: the context, not the gate.
  static net::Task<void> serve(CoverGate gate, net::tcp::socket socket, Place place);

 private:
  using Clock = std::chrono::steady_clock;
  /// The connection to the origin.
  struct Onward {
    std::unique_ptr<net::TcpStream> stream;  ///< null: not dialled, or not reached
    Clock::time_point dialled;               ///< when it was reached, or given up
  };
  struct Visit {
    std::unique_ptr<net::TcpStream> stream;
    link::VisitorPlaces::Place& place;
    Onward origin{};
    base::Bytes held{};  ///< what has come, as long as nobody else has it
    net::Stop leaving{};
  };

  net::Task<void> run(net::tcp::socket socket, link::VisitorPlaces::Place& place);
  net::Task<void> join_origin(Visit& visit) const;
  net::Task<void> receive_peer(Visit& visit, htx::Responder& responder);
  net::Task<void> accept_peer(Visit& visit, htx::Responder& responder,
                              const std::vector<base::Bytes>& answer);
  net::Task<bool> shake_hands(net::TcpStream& peer, htx::Responder& responder,
                              const std::vector<base::Bytes>& answer, Clock::time_point dialled) const;
  net::Task<bool> take_second_flight(net::TcpStream& peer, htx::Responder& responder) const;
  net::Task<Onward> dial_origin(net::Stop& leaving) const;
  net::Task<bool> ends_before(net::TcpStream& origin, Clock::time_point moment) const;

  CoverContext& context_;
  Accepted accepted_;
};

}  // namespace qnet::mirror
