#include "node/client.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "network/directory/descriptor.hpp"
#include "node/error.hpp"
#include "node/kept_invites.hpp"
#include "node/transports.hpp"
#include "node/web_check.hpp"

namespace qnet::node {

namespace {

/// Whom the operators will list is not known yet: any of them may have cover `site`.
bool may_meet_sites(const ClientConfig& config) {
  return !config.operators.empty() || std::ranges::any_of(config.peers, [](const auto& invite) {
    return invite.cover != link::Cover::mirror;
  });
}

base::Result<std::shared_ptr<const session::Dialer>> dialer_of(const ClientConfig& config,
                                                               base::RandomSource& random) {
  std::shared_ptr<const crypto::TrustStore> trust;
  if (may_meet_sites(config)) {
    auto made = crypto::TrustStore::from_file_or_system(config.cover_authorities.string());
    if (!made) return base::forward_error(made);
    trust = std::make_shared<const crypto::TrustStore>(std::move(*made));
  }
  constexpr bool rests = true;
  return make_dialer({config.browser, trust, rests, config.cover_authorities, {}, config.other_browsers},
                     random);
}

void add_kept_invites(ClientConfig& config) {
  if (config.state_dir.empty()) return;
  for (auto& kept : load_invites(config.state_dir)) {
    const bool named = std::ranges::any_of(config.peers, [&](const auto& one) { return one == kept; });
    if (!named) config.peers.push_back(std::move(kept));
  }
}

base::Result<proxy::Entrances> open_entrances(boost::asio::io_context& io, const ClientConfig& config) {
  proxy::Entrances entrances;
  if (config.socks_port) {
    auto port = net::listen(io, config.socks);
    if (!port) return base::forward_error(port);
    entrances.port.emplace(std::move(*port));
    // Who opens the proxy to other machines opens it to all users of this one, unless they say whose.
    if (config.socks.address().is_loopback() || config.users_named) entrances.port_users = config.users;
  }
  if (!config.socks_unix.empty()) {
    auto name = net::LocalListener::open(io, config.socks_unix);
    if (!name && name.error().is(net::Errc::address_in_use))
      return base::fail(Errc::cannot_listen, "another program listens on " + config.socks_unix.string() +
                                                 "; choose another name with --socks-unix");
    if (!name)
      return base::fail(Errc::cannot_listen, "--socks-unix " + config.socks_unix.string() +
                                                 " cannot be used: " + name.error().context());
    entrances.name.emplace(std::move(*name));
    entrances.name_users = config.users;
  }
  return entrances;
}

}  // namespace

base::Result<std::unique_ptr<Client>> Client::start(boost::asio::io_context& io, const ClientConfig& config,
                                                    base::RandomSource& random) {
  auto whole = config;
  add_kept_invites(whole);
  auto dialer = dialer_of(whole, random);
  if (!dialer) return base::forward_error(dialer);
  auto entrances = open_entrances(io, whole);
  if (!entrances) return base::forward_error(entrances);
  return std::unique_ptr<Client>(new Client(io, std::move(*entrances), whole, std::move(*dialer)));
}

Client::Client(boost::asio::io_context& io, proxy::Entrances entrances, const ClientConfig& config,
               std::shared_ptr<const session::Dialer> dialer)
    : io_(io),
      config_(config),
      dialer_(std::move(dialer)),
      tunnel_(std::make_shared<Tunnel>(io, config_, dialer_)),
      proxy_(std::make_shared<proxy::Server>(
          io, std::move(entrances), config.credentials,
          [this](proxy::Request request) { return connect(std::move(request)); })),
      web_timer_(io) {}

void Client::join() {
  joined_ = true;
  if (tunnel_) tunnel_->start();
  proxy_->start();
  boost::asio::co_spawn(io_, watch_web(), boost::asio::detached);
}

void Client::stop() {
  *alive_ = false;
  web_timer_.cancel();
  proxy_->stop();
  if (tunnel_) tunnel_->stop();
}

/// While the person wants no tunnel, nothing goes around it either.
net::Task<proxy::Connected> Client::connect(proxy::Request request) {
  const auto tunnel = tunnel_;
  if (!tunnel) co_return proxy::Connected{.status = peer::ConnectStatus::not_allowed, .stream = {}};
  co_return co_await tunnel->connect(std::move(request));
}

base::Result<void> Client::set_hops(std::size_t hops) {
  if (hops < 1 || hops > proxy::PreferenceLimits::most_hops)
    return base::fail(Errc::no_such_mode,
                      "choose 1 to " + std::to_string(proxy::PreferenceLimits::most_hops) + " hops");
  if (hops > 1 && config_.operators.empty())
    return base::fail(Errc::no_such_mode,
                      "private mode needs the network's list of relays: start QNet with --operators");
  if (config_.hops != hops) proof_.start_anew();
  config_.hops = hops;
  if (tunnel_) tunnel_->set_hops(hops);
  return {};
}

base::Result<void> Client::set_exit_countries(std::vector<std::string> countries) {
  if (countries.size() > proxy::PreferenceLimits::countries ||
      !std::ranges::all_of(countries, directory::is_country))
    return base::fail(Errc::no_such_mode, "name at most 8 countries by two letters, such as SE");
  config_.exit_countries = std::move(countries);
  proof_.start_anew();
  if (tunnel_) tunnel_->set_exit_countries(config_.exit_countries);
  return {};
}

/// All that can fail comes first: an invite that is refused is not kept.
base::Result<void> Client::add_invite(const std::string& link) {
  auto invite = peer::Invite::parse(link);
  if (!invite) return base::forward_error(invite);
  auto config = config_;
  std::erase_if(config.peers, [&](const peer::Invite& one) { return one.peer == invite->peer; });
  config.peers.insert(config.peers.begin(), *invite);
  if (config.peers.size() > KeptInvitesLimits::invites) config.peers.pop_back();
  const bool other_dialer = may_meet_sites(config_) != may_meet_sites(config);
  base::Result<std::shared_ptr<const session::Dialer>> dialer = dialer_;
  if (other_dialer) dialer = dialer_of(config, dialer_->random());
  if (!dialer) return base::forward_error(dialer);
  if (!config_.state_dir.empty())
    if (auto kept = keep_invite(*invite, config_.state_dir); !kept) return kept;
  config_ = std::move(config);
  dialer_ = std::move(*dialer);
  if (!tunnel_) return {};
  if (!other_dialer) {
    tunnel_->add_peer(*invite);
    return {};
  }
  disconnect();
  connect_again();
  return {};
}

void Client::new_path() {
  ++renewals_;
  proof_.start_anew();
  if (tunnel_) tunnel_->new_path();
}

std::string Client::proxy_address() const {
  return config_.socks_port ? net::to_text(config_.socks) : "unix:" + config_.socks_unix.string();
}

void Client::disconnect() {
  if (!tunnel_) return;
  spdlog::info("disconnected, as it was wanted: the proxy refuses every connection");
  proxy_->reset_all();
  tunnel_->stop();
  tunnel_.reset();
  proof_.start_anew();
}

void Client::connect_again() {
  if (tunnel_) return;
  tunnel_ = std::make_shared<Tunnel>(io_, config_, dialer_);
  if (joined_) tunnel_->start();
}

net::Task<void> Client::watch_web() {
  constexpr std::chrono::milliseconds kSoon{200};
  constexpr std::chrono::seconds kProven{1};
  const auto alive = alive_;
  while (*alive) {
    const auto now = std::chrono::steady_clock::now();
    const auto& traffic = proxy_->traffic();
    proof_.look(tunnel_ && tunnel_->stands(), traffic.up, traffic.down, now);
    if (proof_.wants_check(now)) boost::asio::co_spawn(io_, check_web(), boost::asio::detached);
    web_timer_.expires_after(proof_.proven() ? std::chrono::milliseconds(kProven) : kSoon);
    co_await web_timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

/// Any of the sites that relays mirror: they are many, and ordinary.
net::Task<void> Client::check_web() {
  const auto alive = alive_;
  const auto tunnel = tunnel_;
  const auto names = tunnel->cover_names();
  if (names.empty()) co_return;
  auto& random = dialer_->random();
  const auto host = names[random.below(static_cast<std::uint32_t>(names.size()))];
  proof_.check_began(std::chrono::steady_clock::now());
  const proxy::Connect connect = [tunnel](proxy::Request request) {
    return tunnel->connect(std::move(request));
  };
  const bool came_back = co_await node::check_web(connect, host, config_.browser, random);
  if (!*alive) co_return;
  proof_.check_ended(came_back && tunnel == tunnel_, std::chrono::steady_clock::now());
  if (!came_back) spdlog::debug("nothing came back from the web through the tunnel");
}

void Client::offer(control::Controls& controls) {
  controls.set_hops = [this](std::size_t hops) { return set_hops(hops); };
  controls.set_exit_countries = [this](std::vector<std::string> countries) {
    return set_exit_countries(std::move(countries));
  };
  controls.new_path = [this] { new_path(); };
  controls.disconnect = [this] { disconnect(); };
  controls.connect = [this] { connect_again(); };
  controls.add_invite = [this](const std::string& link) { return add_invite(link); };
  controls.config = [this] {
    control::Config config;
    config.hops = config_.hops;
    config.exit_countries = config_.exit_countries;
    config.socks_address = proxy_address();
    config.socks_password = config_.credentials.has_value();
    config.browser_template = config_.browser.name;
    config.operators = config_.operators.size();
    config.peers = config_.peers.size();
    config.early_request = config_.early_request;
    config.lan_discovery = config_.lan_discovery;
    return config;
  };
  controls.proxy = [this] {
    const auto& secret = config_.credentials;
    return control::ProxyAccess{proxy_address(), secret ? secret->user : "", secret ? secret->password : ""};
  };
}

void Client::fill(control::Status& status) const {
  status.socks_address = proxy_address();
  status.socks_password = config_.credentials.has_value();
  status.browser_template = config_.browser.name;
  if (tunnel_) {
    tunnel_->fill(status);
    auto& path = *status.path;
    path.came_back = proof_.proven();
    path.silent = proof_.silent();
    path.renewals = renewals_;
    if (status.state == control::State::connected && !proof_.proven())
      status.state = control::State::calibrating;
  } else {
    status.path = control::Path{config_.hops, config_.exit_countries};
    status.path->wanted = false;
    status.state = control::State::disconnected;
  }
  status.counters.bytes_up += proxy_->traffic().up;
  status.counters.bytes_down += proxy_->traffic().down;
}

}  // namespace qnet::node
