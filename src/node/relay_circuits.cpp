#include "node/relay_circuits.hpp"

#include <boost/asio/post.hpp>

#include "network/directory/clock.hpp"
#include "node/memory_limit.hpp"
#include "overlay/peer/connect_message.hpp"

namespace qnet::node {

RelayCircuits::RelayCircuits(net::IoPool& pool, const peer::PeerId& self, CircuitConfig config,
                             std::shared_ptr<mux::Budget> budget, base::RandomSource& random)
    : pool_(pool),
      self_(self),
      config_(std::move(config)),
      budget_(std::move(budget)),
      random_(random),
      room_(std::make_shared<circuit::Room>(session_memory(memory_limit()) /
                                            circuit::RelayLimits::memory_of_circuit)),
      seen_(std::make_shared<htx::ReplayCache>(random, htx::ReplayCache::default_capacity,
                                               circuit::RelayLimits::memory)),
      rate_(config_.rate > 0 ? std::make_shared<circuit::ByteRate>(config_.rate) : nullptr) {
  if (!config_.state_dir.empty()) {
    journal_ = std::make_shared<htx::ReplayJournal>(config_.state_dir, "seen-circuits",
                                                    circuit::RelayLimits::memory);
    journal_->restore(*seen_, directory::wall_now());
  }
  for (std::size_t core = 0; core < pool_.size(); ++core) neighbours_.push_back(neighbours_of(core));
}

std::shared_ptr<circuit::Neighbours> RelayCircuits::neighbours_of(std::size_t core) const {
  auto dial = [dialer = config_.dialer, budget = budget_](
                  link::RelayAddress to) -> net::Task<base::Result<std::shared_ptr<session::Session>>> {
    session::SessionOptions options;
    options.budget = budget;
    options.largest_window = circuit::RelayLimits::largest_window;
    auto made = co_await dialer->dial(std::move(to), std::move(options));
    if (!made) co_return tl::unexpected(made.error());
    co_return std::move(made->session);
  };
  circuit::NeighbourOptions options{
      .address_of = [relays = config_.relays](const peer::PeerId& peer) { return relays->address_of(peer); },
      .dial = std::move(dial),
      .random = random_};
  return std::make_shared<circuit::Neighbours>(pool_.at(core).get_executor(), std::move(options));
}

std::function<bool(const crypto::X25519Public&, circuit::WallTime)> RelayCircuits::note_early() const {
  if (!journal_) return {};
  return [journal = journal_](const crypto::X25519Public& ephemeral, circuit::WallTime now) {
    return journal->note(ephemeral, now);
  };
}

void RelayCircuits::add_to(session::Protocols& protocols, std::size_t core) const {
  session::Protocols at_end;
  const auto connect = protocols.find(peer::kConnectProtocol);
  if (connect != protocols.end()) at_end.insert(*connect);
  const auto service = std::make_shared<circuit::Service>(circuit::ServiceOptions{
      .self = self_,
      .keys = config_.keys,
      .now = [] { return directory::wall_now(); },
      .reach = [neighbours = neighbours_[core]](
                   const peer::PeerId& peer,
                   const circuit::Who& asks) { return neighbours->reach(peer, asks); },
      .is_relay = [relays =
                       config_.relays](const crypto::X25519Public& key) { return relays->is_relay(key); },
      .at_end = std::move(at_end),
      .seen = seen_,
      .note_early = note_early(),
      .budget = budget_,
      .room = room_,
      .rate = rate_ ? std::make_shared<circuit::RateQueue>(pool_.at(core).get_executor(), rate_) : nullptr,
      .counters = counters_,
      .random = random_});
  protocols.emplace(circuit::kCircuitProtocol, service->handler());
}

void RelayCircuits::stop() {
  for (std::size_t core = 0; core < neighbours_.size(); ++core)
    boost::asio::post(pool_.at(core), [neighbours = neighbours_[core]] { neighbours->stop(); });
}

void RelayCircuits::fill(control::Status& status) const {
  const auto& counted = *counters_;
  status.counters.circuits = control::Circuits{static_cast<std::uint64_t>(counted.open.load()),
                                               counted.created,
                                               counted.refused,
                                               counted.extended,
                                               counted.unreachable,
                                               counted.relayed,
                                               config_.rate};
}

}  // namespace qnet::node
