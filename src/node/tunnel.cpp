#include "node/tunnel.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "network/directory/clock.hpp"
#include "node/error.hpp"
#include "node/exit_seen.hpp"
#include "node/exit_weights.hpp"
#include "node/network_status.hpp"
#include "node/transports.hpp"

namespace qnet::node {

namespace {

control::PeerState state_of(uplink::PeerState state) {
  switch (state) {
    case uplink::PeerState::idle: break;
    case uplink::PeerState::connecting: return control::PeerState::connecting;
    case uplink::PeerState::connected: return control::PeerState::connected;
    case uplink::PeerState::failed: return control::PeerState::failed;
  }
  return control::PeerState::idle;
}

}  // namespace

Tunnel::Tunnel(boost::asio::io_context& io, const ClientConfig& config,
               std::shared_ptr<const session::Dialer> dialer)
    : io_(io),
      lan_discovery_(config.lan_discovery),
      peers_(config.peers),
      operators_(config.operators),
      dialer_(std::move(dialer)),
      view_(std::make_shared<discovery::NetworkView>(
          io.get_executor(), config.operators,
          config.state_dir.empty() ? config.state_dir : config.state_dir / "network", asks_operators(),
          dialer_->random())),
      uplink_(std::make_shared<uplink::Uplink>(io.get_executor(), uplink_hooks(), dialer_->random())),
      outbound_(std::make_shared<Outbound>(
          uplink_, std::make_shared<uplink::Detours>(io.get_executor(), uplink_hooks().dial),
          Outbound::Known{
              .exits = [this](const auto& countries) { return candidates(countries); },
              .is_in = [this](const auto& exit, const auto& countries) { return is_in(exit, countries); }})),
      private_mode_(PrivateMode::make(io.get_executor(),
                                      {config.state_dir, config.distinct_networks, config.early_request},
                                      view_, dialer_)),
      hops_(config.hops),
      countries_(config.exit_countries) {
  *told_of_answers_ = private_mode_;
}

void Tunnel::start() {
  view_->start([uplink = uplink_, circuits = private_mode_] {
    uplink->reconsider();
    circuits->list_changed();
  });
  if (lan_discovery_) {
    mdns::LanOptions options;
    options.found = [this](const mdns::Found& found) { note_lan_peer(found); };
    lan_ = mdns::Lan::start(io_, std::move(options), dialer_->random());
  }
  network_watch_ = net::NetworkWatch::start(io_.get_executor(), [uplink = uplink_, circuits = private_mode_] {
    spdlog::info("this machine is in another network: new connections take new sessions");
    uplink->network_changed();
    circuits->network_changed();
  });
  private_mode_->start(hops_);
  uplink_->only_on_request(hops_ > 1);
  if (hops_ == 1) start_fast_mode();
}

/// Not before it is wanted: in private mode an exit has no business with this client's address.
void Tunnel::start_fast_mode() {
  if (!std::exchange(fast_mode_started_, true)) uplink_->start();
}

void Tunnel::set_hops(std::size_t hops) {
  hops_ = hops;
  private_mode_->set_hops(hops);
  // In private mode no exit sees this client's address, unless a program asks for one hop.
  uplink_->only_on_request(hops > 1);
  if (hops == 1) start_fast_mode();
}

net::Task<proxy::Connected> Tunnel::connect(proxy::Request request) {
  const auto self = shared_from_this();
  auto& wanted = request.preference;
  const auto hops = wanted.hops.value_or(static_cast<unsigned>(hops_));
  auto countries = wanted.countries.empty() ? countries_ : std::move(wanted.countries);
  if (hops > 1)
    return private_mode_->connect(std::move(request.destination),
                                  {hops, std::move(countries), std::move(wanted.isolation)});
  start_fast_mode();
  return outbound_->connect(std::move(request.destination), std::move(countries));
}

void Tunnel::set_exit_countries(std::vector<std::string> countries) {
  countries_ = std::move(countries);
  new_path();
}

void Tunnel::new_path() {
  uplink_->network_changed();
  private_mode_->new_path();
}

void Tunnel::add_peer(const peer::Invite& invite) {
  std::erase_if(peers_, [&](const peer::Invite& one) { return one.peer == invite.peer; });
  peers_.insert(peers_.begin(), invite);
  uplink_->reconsider();
}

bool Tunnel::stands() const {
  return hops_ == 1 ? uplink_->connected() || uplink_->resting() : private_mode_->ready();
}

/// Of lists only what most operators give to all clients alike: a name for one client alone would tell its
/// owner that client's exit. Each name once: many relays with one name do not make it likelier.
std::vector<std::string> Tunnel::cover_names() const {
  std::set<std::string> names;
  for (const auto& listed : *view_->relays()) {
    const auto& descriptor = listed.descriptor.descriptor();
    if (listed.alike && descriptor.cover == link::Cover::mirror) names.insert(descriptor.cover_name);
  }
  for (const auto* const invites : {&peers_, &operators_})
    if (names.empty())
      for (const auto& invite : *invites) names.insert(invite.cover_name);
  return {names.begin(), names.end()};
}

/// Whether operators answer shows whether guards fail, or the network.
discovery::AskOperator Tunnel::asks_operators() {
  return
      [told = told_of_answers_, ask = discovery::ask_in_new_session(dialer_)](
          const peer::Invite& invite, directory::Query query) -> net::Task<base::Result<directory::Answer>> {
        const auto circuits = told;  // the view, whose function this is, may end first
        auto answer = co_await ask(invite, std::move(query));
        if (const auto mode = circuits->lock(); answer && mode) mode->network_answered();
        co_return answer;
      };
}

uplink::Uplink::Hooks Tunnel::uplink_hooks() {
  return {.candidates = [this] { return candidates(countries_); },
          .dial = [dialer = dialer_](link::RelayAddress relay) { return dialer->dial(std::move(relay)); },
          .unsatisfied = [view = view_] { view->refresh_soon(); }};
}

/// Whoever answers there must have the relay's key: an address that is a lie costs an attempt, no more.
void Tunnel::note_lan_peer(const mdns::Found& found) {
  const auto now = std::chrono::steady_clock::now();
  if (!neighbours_.note(found, now) || uplink_->connected() || !may_dial(found.peer)) return;
  if (now - lan_attempt_ < ClientLimits::between_lan_attempts) return;
  lan_attempt_ = now;
  uplink_->reconsider();
}

bool Tunnel::may_dial(const peer::PeerId& peer) const {
  const auto invites = [&](const peer::Invite& invite) { return invite.peer == peer; };
  return std::ranges::any_of(peers_, invites) || std::ranges::any_of(operators_, invites) ||
         std::ranges::any_of(view_->exits(), [&](const directory::Listed& exit) {
           return exit.descriptor.descriptor().peer == peer;
         });
}

/// In this network first, where it was heard of.
void Tunnel::add(std::vector<uplink::RelayCandidate>& all, const peer::PeerId& peer,
                 link::RelayAddress address, uplink::Standing standing) const {
  for (const auto& near : neighbours_.addresses_of(peer, std::chrono::steady_clock::now())) {
    auto nearer = address;
    nearer.host = near.host;
    nearer.port = near.port;
    all.push_back({std::move(nearer), standing});
  }
  const bool known = std::ranges::any_of(all, [&](const uplink::RelayCandidate& one) {
    return one.address.noise_key == address.noise_key && one.address.host == address.host &&
           one.address.port == address.port;
  });
  if (!known) all.push_back({std::move(address), standing});
}

/// The peers that a person named, then exits that the operators agree on, at last the operators themselves:
/// but not before it is known that there is nobody else, for they are few, and known to every censor.
std::vector<uplink::RelayCandidate> Tunnel::candidates(const Outbound::Countries& countries) const {
  std::vector<uplink::RelayCandidate> all;
  const auto add_invited = [&](const std::vector<peer::Invite>& invites, uplink::Standing standing) {
    for (const auto& invite : invites)
      if (is_in(invite.relay_address().noise_key, countries))
        add(all, invite.peer, invite.relay_address(), standing);
  };
  add_invited(peers_, uplink::Standing::invited);
  auto weights = exit_weights(view_->exits(), countries);
  for (std::size_t drawn = 0; drawn < ClientLimits::exits;) {
    const auto place = path::draw(weights, dialer_->random());
    if (!place) break;
    weights[*place] = 0;
    const auto& descriptor = view_->exits()[*place].descriptor;
    if (descriptor.descriptor().expires <= directory::wall_now() || !descriptor.verify()) continue;
    add(all, descriptor.descriptor().peer, descriptor.descriptor().relay_address(), uplink::Standing::listed);
    ++drawn;
  }
  if (view_->settled() || !all.empty()) add_invited(operators_, uplink::Standing::last_resort);
  return all;
}

/// Of a peer that is not listed nobody knows where it is.
bool Tunnel::is_in(const crypto::X25519Public& exit, const Outbound::Countries& countries) const {
  return countries.empty() || std::ranges::any_of(view_->exits(), [&](const directory::Listed& listed) {
           return listed.descriptor.descriptor().noise_key == exit && is_one_of(listed, countries);
         });
}

void Tunnel::stop() {
  view_->stop();
  if (lan_) lan_->stop();
  if (network_watch_) network_watch_->stop();
  outbound_->stop();
  private_mode_->stop();
  uplink_->stop();
}

void Tunnel::fill_connection(control::Status& status) const {
  const bool standing = stands();
  auto& path = *status.path;
  path.stands = standing;
  path.knows_relays = !peers_.empty() || !operators_.empty() || !uplink_->peers().empty();
  private_mode_->fill(path);
  status.state = standing ? control::State::connected : control::State::offline;
  // Only the first circuits are a state of their own.
  if (hops_ > 1 && !standing && path.problem.empty()) status.state = control::State::calibrating;
  if (hops_ > 1) status.problem = path.problem;
}

std::string Tunnel::country_of(const crypto::X25519Public& relay) const {
  for (const auto& listed : *view_->relays())
    if (listed.descriptor.descriptor().noise_key == relay) return listed.country.code;
  return {};
}

void Tunnel::fill_peers(control::Status& status) const {
  const bool standing = status.state == control::State::connected;
  for (const auto& peer : uplink_->peers()) {
    control::Peer row;
    row.address = peer::HostPort{peer.address.host, peer.address.port}.to_text();
    row.name = row.address;
    row.cover = peer.address.cover_name;
    row.country = country_of(peer.address.noise_key);
    row.state = state_of(peer.state);
    if (row.state == control::PeerState::connected) row.round_trip = peer.round_trip;
    row.last_error = peer.problem.empty() ? outbound_->explain_lack(peer.address.noise_key) : peer.problem;
    // Dialling after a failure is still being offline; only the first attempt is a state of its own.
    if (row.state == control::PeerState::connecting && !standing && peer.problem.empty())
      status.state = control::State::calibrating;
    if (status.problem.empty() && !standing) status.problem = peer.problem;
    status.peers.push_back(std::move(row));
  }
}

/// In fast mode the way is the session in use.
void Tunnel::fill_fast_path(control::Status& status) const {
  if (const auto& seen = outbound_->seen())
    status.path->exit_seen = control::Hop{exit_seen(seen->bound, seen->listed), country_of(seen->exit)};
  const auto in_use = uplink_->in_use();
  if (!in_use) return;
  for (const auto& peer : uplink_->peers()) {
    if (peer.address.noise_key != *in_use || peer.state != uplink::PeerState::connected) continue;
    control::Circuit row;
    row.hops = {{peer::HostPort{peer.address.host, peer.address.port}.to_text(), country_of(*in_use),
                 peer.address.cover_name}};
    row.streams = uplink_->stream_count();
    row.state = row.streams > 0 ? "in use" : "ready";
    row.age = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - uplink_->since());
    row.round_trip = peer.round_trip;
    status.path->circuits.insert(status.path->circuits.begin(), std::move(row));
    return;
  }
}

void Tunnel::fill(control::Status& status) const {
  if (!operators_.empty()) status.network = network_status(*view_);
  status.path = control::Path{hops_, countries_};
  fill_connection(status);
  fill_peers(status);
  status.counters.sessions_open += uplink_->connected() ? 1 : 0;
  status.counters.streams_open += uplink_->stream_count();
  for (const auto& circuit : status.path->circuits) status.counters.streams_open += circuit.streams;
  outbound_->fill(status);
  if (hops_ == 1) fill_fast_path(status);
}

}  // namespace qnet::node
