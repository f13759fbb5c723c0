#include "node/relay.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "node/memory_limit.hpp"
#include "node/relay_services.hpp"
#include "overlay/measure/messages.hpp"
#include "overlay/measure/service.hpp"
#include "transport/link/link_places.hpp"

namespace qnet::node {

base::Result<std::unique_ptr<Relay>> Relay::start(net::IoPool& pool, RelayConfig config,
                                                  base::RandomSource& random, net::tcp::endpoint& failed_at) {
  std::vector<std::unique_ptr<link::Listener>> listeners;
  for (const auto& one : config.listeners) {
    auto opened = one.open(pool, random);
    if (!opened) {
      failed_at = one.at;
      return base::forward_error(opened);
    }
    listeners.push_back(std::move(*opened));
  }
  return std::unique_ptr<Relay>(new Relay(pool, std::move(config), std::move(listeners), random));
}

Relay::Relay(net::IoPool& pool, RelayConfig config, std::vector<std::unique_ptr<link::Listener>> listeners,
             base::RandomSource& random)
    : pool_(pool),
      peer_(config.identity.peer_id()),
      budget_(std::make_shared<mux::Budget>(session_memory(memory_limit()))),
      measured_by_(std::move(config.measured_by)),
      sessions_(pool.size()),
      listeners_(std::move(listeners)) {
  if (config.exit) exit_ = std::make_unique<exit::Service>(std::move(*config.exit));
  if (config.circuits)
    circuits_ = std::make_unique<RelayCircuits>(pool_, peer_, std::move(*config.circuits), budget_, random);
  const auto allowance = std::make_shared<measure::Allowance>();
  for (std::size_t core = 0; core < pool_.size(); ++core) {
    protocols_.push_back(relay_protocols(peer_, exit_.get(), config.directory, pool_.at(core), counters_));
    if (circuits_) circuits_->add_to(protocols_.back(), core);
    protocols_.back().emplace(
        measure::kMeasureProtocol,
        measure::measure_handler(allowance, [this](const auto& key) { return standing_of(key); }));
  }
}

Relay::~Relay() = default;

void Relay::accept(const std::function<void(base::Error)>& gave_up) {
  for (const auto& listener : listeners_)
    listener->start(
        {[this](std::size_t core, std::unique_ptr<link::Link> link) { begin_session(core, std::move(link)); },
         gave_up});
}

measure::Standing Relay::standing_of(const crypto::X25519Public& key) const {
  if (std::ranges::find(measured_by_, key) != measured_by_.end()) return measure::Standing::directory;
  if (circuits_ && circuits_->is_relay(key)) return measure::Standing::relay;
  return measure::Standing::stranger;
}

void Relay::begin_session(std::size_t core, std::unique_ptr<link::Link> link) {
  auto& sessions = sessions_[core];
  std::erase_if(sessions, [](const auto& known) { return known.expired(); });
  session::SessionOptions options{.budget = budget_, .party = link::party_of(link->facts().remote_address)};
  if (circuits_ && circuits_->is_relay(link->facts().peer_key))
    options.largest_window = circuit::RelayLimits::largest_window;
  const auto session =
      session::Session::start(std::move(link), mux::Role::responder, protocols_[core], std::move(options));
  sessions.push_back(session);
  // A handshake may end after stop().
  if (stopped_) session->close();
}

bool Relay::ready() const {
  return std::ranges::all_of(listeners_, [](const auto& listener) { return listener->facts().ready; });
}

void Relay::stop() {
  stopped_ = true;
  for (const auto& listener : listeners_) listener->stop();
  if (circuits_) circuits_->stop();
  for (std::size_t core = 0; core < sessions_.size(); ++core)
    boost::asio::post(pool_.at(core), [sessions = &sessions_[core]] {
      for (const auto& known : *sessions)
        if (const auto session = known.lock()) session->close();
    });
}

void Relay::fill(control::Status& status) const {
  status.state = ready() ? control::State::connected : control::State::calibrating;
  status.peer_id = peer_.to_text();
  for (const auto& listener : listeners_) {
    const auto facts = listener->facts();
    status.state_since = facts.since;
    status.listen_address = net::to_text(facts.address);
    if (!facts.problem.empty()) status.problem = facts.problem;
    add_counters(status.counters, listener->counters());
  }
  add_counters(status.counters, *counters_, exit_.get());
  if (circuits_) circuits_->fill(status);
}

}  // namespace qnet::node
