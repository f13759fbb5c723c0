#include "node/relay.hpp"

#include <unistd.h>

#include <algorithm>

#include <boost/asio/post.hpp>

#include "node/relay_services.hpp"

namespace qnet::node {

namespace {

/// What all sessions may hold for readers that do not read: a quarter of the machine's memory.
std::size_t session_memory() {
  constexpr std::size_t least = std::size_t{64} * 1024 * 1024;
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto size = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return least;
  return std::max(least, static_cast<std::size_t>(pages) / 4 * static_cast<std::size_t>(size));
}

}  // namespace

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
  return std::unique_ptr<Relay>(new Relay(pool, std::move(config), std::move(listeners)));
}

Relay::Relay(net::IoPool& pool, RelayConfig config, std::vector<std::unique_ptr<link::Listener>> listeners)
    : pool_(pool),
      peer_(config.identity.peer_id()),
      budget_(std::make_shared<mux::Budget>(session_memory())),
      sessions_(pool.size()),
      listeners_(std::move(listeners)) {
  if (config.exit) exit_ = std::make_unique<exit::Service>(std::move(*config.exit));
  for (std::size_t core = 0; core < pool_.size(); ++core)
    protocols_.push_back(relay_protocols(peer_, exit_.get(), config.directory, pool_.at(core), counters_));
}

Relay::~Relay() = default;

void Relay::accept(const std::function<void(base::Error)>& gave_up) {
  for (const auto& listener : listeners_)
    listener->start(
        {[this](std::size_t core, std::unique_ptr<link::Link> link) { begin_session(core, std::move(link)); },
         gave_up});
}

void Relay::begin_session(std::size_t core, std::unique_ptr<link::Link> link) {
  auto& sessions = sessions_[core];
  std::erase_if(sessions, [](const auto& known) { return known.expired(); });
  const auto session =
      session::Session::start(std::move(link), mux::Role::responder, protocols_[core], {.budget = budget_});
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
  for (std::size_t core = 0; core < sessions_.size(); ++core)
    boost::asio::post(pool_.at(core), [sessions = &sessions_[core]] {
      for (const auto& known : *sessions)
        if (const auto session = known.lock()) session->close();
    });
}

void Relay::fill(control::Status& status) const {
  status.connection = ready() ? control::Connection::connected : control::Connection::calibrating;
  status.peer_id = peer_.to_text();
  for (const auto& listener : listeners_) {
    const auto facts = listener->facts();
    status.since = facts.since;
    status.listen_address = net::to_text(facts.address);
    if (!facts.problem.empty()) status.problem = facts.problem;
    add_counters(status.counters, listener->counters());
  }
  add_counters(status.counters, *counters_, exit_.get());
}

}  // namespace qnet::node
