#include "node/client.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "network/directory/clock.hpp"
#include "node/error.hpp"
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

base::Result<std::unique_ptr<Client>> Client::start(boost::asio::io_context& io, const ClientConfig& config,
                                                    base::RandomSource& random) {
  // Whom the operators will list is not known yet: any of them may have cover `site`.
  const bool may_meet_sites =
      !config.operators.empty() || std::ranges::any_of(config.peers, [](const auto& invite) {
        return invite.cover != link::Cover::mirror;
      });
  std::shared_ptr<const crypto::TrustStore> trust;
  if (may_meet_sites) {
    auto made = crypto::TrustStore::from_file_or_system(config.cover_authorities.string());
    if (!made) return base::forward_error(made);
    trust = std::make_shared<const crypto::TrustStore>(std::move(*made));
  }
  auto acceptor = net::listen(io, config.socks);
  if (!acceptor) return base::forward_error(acceptor);
  constexpr bool rests = true;
  auto dialer = make_dialer(
      {config.browser, trust, rests, config.cover_authorities, {}, config.other_browsers}, random);
  return std::unique_ptr<Client>(new Client(io, std::move(*acceptor), config, std::move(dialer)));
}

Client::Client(boost::asio::io_context& io, net::tcp::acceptor acceptor, const ClientConfig& config,
               std::shared_ptr<const session::Dialer> dialer)
    : io_(io),
      lan_discovery_(config.lan_discovery),
      socks_(config.socks),
      browser_name_(config.browser.name),
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
      countries_(config.exit_countries),
      proxy_(std::make_shared<proxy::Server>(
          std::move(acceptor), config.credentials,
          [this](proxy::Request request) { return connect(std::move(request)); })) {
  *told_of_answers_ = private_mode_;
}

void Client::join() {
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
  if (hops_ == 1) start_fast_mode();
  proxy_->start();
}

/// Not before it is wanted: in private mode an exit has no business with this client's address.
void Client::start_fast_mode() {
  if (!std::exchange(fast_mode_started_, true)) uplink_->start();
}

base::Result<void> Client::set_hops(std::size_t hops) {
  if (hops < 1 || hops > proxy::PreferenceLimits::most_hops)
    return base::fail(Errc::no_such_mode,
                      fmt::format("choose 1 to {} hops", proxy::PreferenceLimits::most_hops));
  if (hops > 1 && operators_.empty())
    return base::fail(Errc::no_such_mode,
                      "private mode needs the network's list of relays: start QNet with --operators");
  hops_ = hops;
  private_mode_->set_hops(hops);
  if (hops == 1) start_fast_mode();
  return {};
}

net::Task<proxy::Connected> Client::connect(proxy::Request request) {
  auto& wanted = request.preference;
  const auto hops = wanted.hops.value_or(static_cast<unsigned>(hops_));
  auto countries = wanted.countries.empty() ? countries_ : std::move(wanted.countries);
  if (hops > 1)
    return private_mode_->connect(std::move(request.destination),
                                  {hops, std::move(countries), std::move(wanted.isolation)});
  start_fast_mode();
  return outbound_->connect(std::move(request.destination), std::move(countries));
}

/// Whether operators answer shows whether guards fail, or the network.
discovery::AskOperator Client::asks_operators() {
  return
      [told = told_of_answers_, ask = discovery::ask_in_new_session(dialer_)](
          const peer::Invite& invite, directory::Query query) -> net::Task<base::Result<directory::Answer>> {
        const auto circuits = told;  // the view, whose function this is, may end first
        auto answer = co_await ask(invite, std::move(query));
        if (const auto mode = circuits->lock(); answer && mode) mode->network_answered();
        co_return answer;
      };
}

uplink::Uplink::Hooks Client::uplink_hooks() {
  return {.candidates = [this] { return candidates(countries_); },
          .dial = [dialer = dialer_](link::RelayAddress relay) { return dialer->dial(std::move(relay)); },
          .unsatisfied = [view = view_] { view->refresh_soon(); }};
}

/// Whoever answers there must have the relay's key: an address that is a lie costs an attempt, no more.
void Client::note_lan_peer(const mdns::Found& found) {
  const auto now = std::chrono::steady_clock::now();
  if (!neighbours_.note(found, now) || uplink_->connected() || !may_dial(found.peer)) return;
  if (now - lan_attempt_ < ClientLimits::between_lan_attempts) return;
  lan_attempt_ = now;
  uplink_->reconsider();
}

bool Client::may_dial(const peer::PeerId& peer) const {
  const auto invites = [&](const peer::Invite& invite) { return invite.peer == peer; };
  return std::ranges::any_of(peers_, invites) || std::ranges::any_of(operators_, invites) ||
         std::ranges::any_of(view_->exits(), [&](const directory::Listed& exit) {
           return exit.descriptor.descriptor().peer == peer;
         });
}

/// In this network first, where it was heard of.
void Client::add(std::vector<uplink::RelayCandidate>& all, const peer::PeerId& peer,
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
std::vector<uplink::RelayCandidate> Client::candidates(const Outbound::Countries& countries) const {
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
bool Client::is_in(const crypto::X25519Public& exit, const Outbound::Countries& countries) const {
  return countries.empty() || std::ranges::any_of(view_->exits(), [&](const directory::Listed& listed) {
           return listed.descriptor.descriptor().noise_key == exit && is_one_of(listed, countries);
         });
}

void Client::stop() {
  proxy_->stop();
  view_->stop();
  if (lan_) lan_->stop();
  if (network_watch_) network_watch_->stop();
  outbound_->stop();
  private_mode_->stop();
  uplink_->stop();
}

void Client::fill_connection(control::Status& status) const {
  const bool reachable = hops_ == 1 ? uplink_->connected() || uplink_->resting() : private_mode_->ready();
  status.connection = reachable ? control::Connection::connected : control::Connection::offline;
  status.since = uplink_->since();
  status.path = control::Path{hops_, countries_};
  private_mode_->fill(*status.path);
  // Only the first circuits are a state of their own.
  if (hops_ > 1 && !reachable && status.path->problem.empty())
    status.connection = control::Connection::calibrating;
  if (hops_ > 1 && !reachable) status.problem = status.path->problem;
}

void Client::fill_peers(control::Status& status) const {
  const bool reachable = status.connection == control::Connection::connected;
  for (const auto& peer : uplink_->peers()) {
    control::Peer row;
    row.address = peer::HostPort{peer.address.host, peer.address.port}.to_text();
    row.name = row.address;
    row.cover = peer.address.cover_name;
    row.state = state_of(peer.state);
    if (row.state == control::PeerState::connected) row.round_trip = peer.round_trip;
    row.last_error = peer.problem.empty() ? outbound_->explain_lack(peer.address.noise_key) : peer.problem;
    // Dialling after a failure is still being offline; only the first attempt is a state of its own.
    if (row.state == control::PeerState::connecting && !reachable && peer.problem.empty())
      status.connection = control::Connection::calibrating;
    if (status.problem.empty() && !reachable) status.problem = peer.problem;
    status.peers.push_back(std::move(row));
  }
}

void Client::fill(control::Status& status) const {
  status.socks_address = net::to_text(socks_);
  status.browser_template = browser_name_;
  if (!operators_.empty()) status.network = network_status(*view_);
  fill_connection(status);
  fill_peers(status);
  status.counters.sessions_open += uplink_->connected() ? 1 : 0;
  status.counters.streams_open += uplink_->stream_count();
  for (const auto& circuit : status.path->circuits) status.counters.streams_open += circuit.streams;
  outbound_->fill(status);
  status.counters.bytes_up += proxy_->traffic().up;
  status.counters.bytes_down += proxy_->traffic().down;
}

}  // namespace qnet::node
