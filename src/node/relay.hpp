// Helper modes that peers can reach: the listener, the cover, and the exit where there is one.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "control/status.hpp"
#include "edge/exit/service.hpp"
#include "foundation/base/random.hpp"
#include "foundation/net/io_pool.hpp"
#include "node/cover_gate.hpp"
#include "node/mirror_keeper.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::node {

struct RelayConfig {
  peer::Identity identity;
  net::tcp::endpoint listen;
  CoverOrigin origin;
  std::filesystem::path state_dir;
  std::optional<exit::ServiceOptions> exit;
  session::Handler directory{};  ///< empty in modes that serve none
};

/// Accepts on the pool's first io_context and hands each connection to the next one, where it stays.
class Relay {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Relay>> start(net::IoPool& pool, RelayConfig config,
                                                                  base::RandomSource& random);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Measures the cover origin, now and every hour; `unsuitable` is told when it can never be mirrored. Until
  /// there is a profile everybody is a visitor of the origin's.
  void mirror(std::function<void(base::Error)> unsuitable);
  /// Whether peers are answered.
  [[nodiscard]] bool mirrors() const { return !gate_.profiles()->empty(); }
  /// Stops accepting, and says good-bye on every session.
  void stop();
  /// Call on the first io_context's thread.
  void fill(control::Status& status) const;

 private:
  Relay(net::IoPool& pool, RelayConfig config, net::tcp::acceptor acceptor, base::RandomSource& random);
  net::Task<void> accept();

  net::IoPool& pool_;
  RelayConfig config_;
  net::tcp::acceptor acceptor_;
  base::RandomSource& random_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  htx::ReplayCache replays_;
  ReplayJournal journal_;
  htx::Gate gate_;
  std::shared_ptr<MirrorKeeper> keeper_;
  std::unique_ptr<exit::Service> exit_;
  std::vector<std::unique_ptr<CoverGate>> covers_;  // one for each core
};

}  // namespace qnet::node
