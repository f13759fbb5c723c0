// What a relay does with one accepted connection: it is a peer's, or it is joined to the cover origin.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "foundation/net/tcp.hpp"
#include "node/counters.hpp"
#include "node/cover_origin.hpp"
#include "node/replay_journal.hpp"
#include "overlay/session/session.hpp"
#include "transport/htx/gate.hpp"

namespace qnet::node {

struct CoverLimits {
  /// A real hello comes in one or two packets. After this long the origin is dialled, so that its clock runs
  /// too.
  static constexpr std::chrono::milliseconds prompt_hello = std::chrono::milliseconds(150);
  static constexpr std::chrono::seconds origin_connect = std::chrono::seconds(10);
  /// How long a peer may take for its handshake while nobody knows the origin's limit: nginx's default.
  static constexpr std::chrono::seconds handshake = std::chrono::seconds(60);
  /// Peers' own keep-alives come sooner; web servers send none, so ours must be rare. They find peers that
  /// vanished.
  static constexpr std::chrono::seconds keep_alive = std::chrono::hours(2);
  /// Of a visitor's bytes, collected until the origin is connected.
  static constexpr std::size_t held = 64 * 1024;
  /// For a visitor who does not end after the origin has: as long as Linux keeps such a half-closed
  /// connection for nginx (net.ipv4.tcp_fin_timeout).
  static constexpr std::chrono::seconds after_origin = std::chrono::seconds(60);
  /// Sessions open at once; a peer that comes on top is an ordinary visitor.
  static constexpr std::size_t sessions = 4096;
  /// Connections being judged, handshaking or spliced at once; more wait in the listen queue.
  static constexpr std::size_t connections = 8192;
};

class CoverGate {
 public:
  /// All references must outlive the gate and every connection in it.
  CoverGate(const htx::Gate& gate, ReplayJournal& journal, CoverOrigin origin, session::Protocols protocols,
            base::RandomSource& random, std::shared_ptr<Counters> counters);

  /// Runs one connection to its end.
  net::Task<void> serve(net::tcp::socket socket);

  /// Says good-bye on every session. On the gate's own io_context.
  void close_sessions();

 private:
  using Clock = std::chrono::steady_clock;

  net::Task<void> splice(net::TcpStream& visitor, std::unique_ptr<net::TcpStream> origin,
                         base::Bytes held) const;
  net::Task<void> receive_peer(std::unique_ptr<net::TcpStream> visitor, htx::Responder responder,
                               Clock::time_point opened);
  net::Task<bool> shake_hands(net::TcpStream& peer, htx::Responder& responder,
                              Clock::time_point opened) const;
  net::Task<void> wait_as_the_origin_does(const htx::MirrorProfile& profile) const;
  net::Task<std::unique_ptr<net::TcpStream>> dial_origin() const;

  const htx::Gate& gate_;
  ReplayJournal& journal_;
  CoverOrigin origin_;
  session::Protocols protocols_;
  base::RandomSource& random_;
  std::shared_ptr<Counters> counters_;
  std::vector<std::weak_ptr<session::Session>> sessions_;
};

}  // namespace qnet::node
