// The circuits of a relay: what each core has for them, and what all cores share.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "control/status.hpp"
#include "foundation/net/io_pool.hpp"
#include "network/discovery/known_relays.hpp"
#include "overlay/circuit/neighbours.hpp"
#include "overlay/circuit/service.hpp"
#include "overlay/session/dialer.hpp"
#include "transport/htx/replay_journal.hpp"

namespace qnet::node {

struct CircuitConfig {
  std::function<circuit::Keys()> keys;  ///< from any thread (CircuitKeeper::acceptable())
  std::shared_ptr<const discovery::KnownRelays> relays;
  /// It shows this relay's own key, so that the other one knows a relay.
  std::shared_ptr<const session::Dialer> dialer;
  /// Where the first messages are kept with which requests came early; empty to keep none.
  std::filesystem::path state_dir{};
  /// Bytes a second of circuits that go on to a next relay, both ways and all cores together; 0: no bound.
  std::uint64_t rate = 0;
};

class RelayCircuits {
 public:
  /// `budget`: of all sessions of this relay. The pool and `random` must outlive it.
  RelayCircuits(net::IoPool& pool, const peer::PeerId& self, CircuitConfig config,
                std::shared_ptr<mux::Budget> budget, base::RandomSource& random);

  /// Adds circuits to what sessions of that core offer. They end here where `protocols` has an exit.
  void add_to(session::Protocols& protocols, std::size_t core) const;
  /// Whether who has shown this key is another relay: its session carries circuits of many clients.
  [[nodiscard]] bool is_relay(const crypto::X25519Public& key) const { return config_.relays->is_relay(key); }
  /// A session with that relay, as circuits have; on the first core.
  net::Task<base::Result<std::shared_ptr<session::Session>>> reach(peer::PeerId peer) const {
    return neighbours_.front()->reach(std::move(peer));
  }
  /// Says good-bye to the relays that circuits went on to.
  void stop();
  void fill(control::Status& status) const;

 private:
  [[nodiscard]] std::shared_ptr<circuit::Neighbours> neighbours_of(std::size_t core) const;
  [[nodiscard]] std::function<bool(const crypto::X25519Public&, circuit::WallTime)> note_early() const;

  net::IoPool& pool_;
  peer::PeerId self_;
  CircuitConfig config_;
  std::shared_ptr<mux::Budget> budget_;
  base::RandomSource& random_;
  std::shared_ptr<circuit::Room> room_;
  std::shared_ptr<htx::ReplayCache> seen_;
  std::shared_ptr<htx::ReplayJournal> journal_;  // null where nothing is kept
  std::shared_ptr<circuit::ByteRate> rate_;      // null: no bound
  std::shared_ptr<circuit::Counters> counters_ = std::make_shared<circuit::Counters>();
  std::vector<std::shared_ptr<circuit::Neighbours>> neighbours_;  // one for each core
};

}  // namespace qnet::node
