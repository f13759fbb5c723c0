// Listens as cover `mirror`: strangers are joined to the cover origin, peers are answered as the origin
// would.
#pragma once

#include <filesystem>
#include <memory>

#include "foundation/net/io_pool.hpp"
#include "transport/htx/replay_cache.hpp"
#include "transport/link/accept_loop.hpp"
#include "transport/link/listener.hpp"
#include "transport/mirror/cover_gate.hpp"
#include "transport/mirror/keeper.hpp"

namespace qnet::mirror {

struct ListenerConfig {
  net::tcp::endpoint listen;
  crypto::X25519KeyPair noise;  ///< the relay's
  CoverOrigin origin;
  std::filesystem::path state_dir;
};

/// Until there is a profile of the origin everybody is a stranger. At the first start, when there is none
/// yet, every connection waits for the first measurement: a peer that is answered as a stranger rests for
/// minutes. When that has failed, strangers are served. `gave_up` when the origin can never be mirrored.
class Listener final : public link::Listener {
 public:
  /// The pool and `random` must outlive it and its links.
  [[nodiscard]] static base::Result<std::unique_ptr<link::Listener>> open(net::IoPool& pool,
                                                                          ListenerConfig config,
                                                                          base::RandomSource& random);

  void start(link::ListenerHooks hooks) override;
  void stop() override;
  [[nodiscard]] link::ListenerFacts facts() const override;
  [[nodiscard]] const link::Counters& counters() const override { return *context_.counters; }

 private:
  Listener(net::IoPool& pool, ListenerConfig config, net::tcp::acceptor acceptor, base::RandomSource& random);

  htx::ReplayCache replays_;
  htx::ReplayJournal journal_;
  htx::Gate gate_;
  CoverContext context_;
  std::shared_ptr<Keeper> keeper_;
  std::shared_ptr<link::AcceptLoop> accepting_;
};

/// For the list of a node's listeners.
[[nodiscard]] link::OpenListener listener(ListenerConfig config);

}  // namespace qnet::mirror
