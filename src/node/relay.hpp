// Helper modes that peers can reach: listeners of any transports, sessions over their links, and the exit
// where there is one.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "control/status.hpp"
#include "edge/exit/service.hpp"
#include "foundation/net/io_pool.hpp"
#include "node/counters.hpp"
#include "node/relay_circuits.hpp"
#include "overlay/measure/allowance.hpp"
#include "overlay/peer/identity.hpp"
#include "overlay/session/session.hpp"
#include "transport/link/listener.hpp"

namespace qnet::node {

struct RelayConfig {
  peer::Identity identity;
  std::vector<link::OpenListener> listeners;
  std::optional<exit::ServiceOptions> exit;
  session::Handler directory{};             ///< empty in modes that serve none
  std::optional<CircuitConfig> circuits{};  ///< nothing in modes that serve none
  /// The Noise keys of directories that may measure this relay. Where circuits are served, listed relays may
  /// as well.
  std::vector<crypto::X25519Public> measured_by{};
};

class Relay {
 public:
  /// Opens all listeners, or none. The pool and `random` must outlive it. When one cannot listen, `failed_at`
  /// says where.
  [[nodiscard]] static base::Result<std::unique_ptr<Relay>> start(net::IoPool& pool, RelayConfig config,
                                                                  base::RandomSource& random,
                                                                  net::tcp::endpoint& failed_at);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Accepts from here on; `gave_up` is told when a listener can never serve.
  void accept(const std::function<void(base::Error)>& gave_up);
  [[nodiscard]] const peer::PeerId& peer() const { return peer_; }
  /// Whether all listeners answer peers.
  [[nodiscard]] bool ready() const;
  /// Null where none are served.
  [[nodiscard]] const RelayCircuits* circuits() const { return circuits_.get(); }
  /// Stops accepting, and says good-bye on every session.
  void stop();
  /// Call on the first io_context's thread.
  void fill(control::Status& status) const;

 private:
  using Sessions = std::vector<std::weak_ptr<session::Session>>;
  Relay(net::IoPool& pool, RelayConfig config, std::vector<std::unique_ptr<link::Listener>> listeners,
        base::RandomSource& random);
  [[nodiscard]] measure::Standing standing_of(const crypto::X25519Public& key) const;
  void begin_session(std::size_t core, std::unique_ptr<link::Link> link);

  net::IoPool& pool_;
  peer::PeerId peer_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  std::unique_ptr<exit::Service> exit_;
  std::shared_ptr<mux::Budget> budget_;
  std::unique_ptr<RelayCircuits> circuits_;  // null where none are served
  std::vector<crypto::X25519Public> measured_by_;
  std::vector<session::Protocols> protocols_;  // one for each core, as are:
  std::vector<Sessions> sessions_;
  std::vector<std::unique_ptr<link::Listener>> listeners_;
  std::atomic<bool> stopped_{false};
};

}  // namespace qnet::node
