#include "demo/demo/demo.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "control/server.hpp"
#include "demo/demo_site/server.hpp"
#include "foundation/crypto/self_signed.hpp"
#include "foundation/crypto/system_random.hpp"
#include "node/error.hpp"
#include "node/process.hpp"
#include "node/run.hpp"

namespace qnet::demo {

namespace {

constexpr const char* kSiteName = "site.qnet.demo";
constexpr const char* kCoverName = "cover.qnet.demo";
constexpr auto kStep = std::chrono::milliseconds(50);
/// After that the status page is a better place to look.
constexpr auto kLongestWait = std::chrono::seconds(10);
constexpr auto kCertificateLife = std::chrono::hours(24 * 365);

net::tcp::endpoint loopback(int port) {
  return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

struct NamedRelay {
  std::string name;
  std::unique_ptr<node::Relay> relay;
  std::unique_ptr<node::Membership> membership;
};

directory::Descriptor demo_descriptor(const peer::Identity& identity, bool with_exit) {
  using directory::Capability;
  directory::Descriptor descriptor{identity.peer_id(), identity.noise.public_key, {}, kCoverName};
  descriptor.capabilities = static_cast<std::uint8_t>(Capability::relay);
  if (with_exit)
    descriptor.capabilities |=
        static_cast<std::uint8_t>(Capability::exit) | static_cast<std::uint8_t>(Capability::directory);
  if (with_exit) descriptor.exit_ports = {80, 443};
  descriptor.software = "qnet " QNET_VERSION;
  return descriptor;
}

exit::ServiceOptions demo_exit(std::uint16_t site_port) {
  exit::ServiceOptions options;
  const std::string name = kSiteName;
  for (const auto& entry : {name + ":80=127.0.0.1:" + std::to_string(site_port),
                            name + ":443=127.0.0.1:" + std::to_string(site_port + 1)}) {
    auto parsed = exit::parse_allow_entry(entry);
    if (parsed) options.policy.allow.push_back(std::move(*parsed));
  }
  return options;
}

/// The whole network: a web site that is also everybody's cover, a super peer whose directory the others find
/// each other by, two relays, and a client that knows the super peer alone.
class Demo {
 public:
  explicit Demo(const DemoConfig& config)
      : config_(config), pool_(std::max(2U, std::thread::hardware_concurrency())) {}

  base::Result<void> start() {
    if (auto done = start_site(); !done) return done;
    const char* const names[] = {"super", "relay-1", "relay-2"};
    for (int i = 0; i < 3; ++i)
      if (auto done = start_relay(names[i], config_.base_port + i, i == 0); !done) return done;
    if (auto done = start_client(); !done) return done;
    return start_control();
  }

  base::Result<void> run(const std::function<void()>& started) {
    boost::asio::co_spawn(pool_.first(), announce(started), boost::asio::detached);
    node::run_until_signal(
        pool_,
        [this] {
          control_->stop();
          client_->stop();
          for (auto& node : relays_) {
            node.membership->stop();
            node.relay->stop();
          }
          site_->stop();
        },
        [this] {
          return std::ranges::any_of(relays_, [](const auto& node) { return node.membership->leaving(); });
        });
    directory_->stop();
    if (problem_) return tl::unexpected(*problem_);
    return {};
  }

 private:
  base::Result<void> start_site() {
    const std::vector<std::string> names{kSiteName, kCoverName};
    const auto now = std::chrono::system_clock::now();
    const auto certificate = crypto::self_signed(names, now - std::chrono::hours(24), now + kCertificateLife);
    if (!certificate)
      return base::fail(node::Errc::cannot_start, "the web site's certificate could not be made");
    auto made = demo_site::Server::start(
        pool_.first(), {loopback(config_.site_port), loopback(config_.site_port + 1)}, *certificate);
    if (!made)
      return tl::unexpected(node::explain_start_error(
          made.error(), {loopback(config_.site_port), loopback(config_.site_port + 1)}, "--site-port"));
    site_.emplace(std::move(*made));
    auto authorities = crypto::TrustStore::from_der(certificate->certificate);
    if (!authorities) return base::forward_error(authorities);
    authorities_ = std::make_shared<const crypto::TrustStore>(std::move(*authorities));
    return {};
  }

  base::Result<void> start_relay(const std::string& name, int port, bool with_exit) {
    auto identity = peer::load_or_create_identity(config_.state_dir / name, random_);
    if (!identity) return base::forward_error(identity);
    const peer::HostPort address{"127.0.0.1", static_cast<std::uint16_t>(port)};
    if (with_exit) {
      invite_ = peer::Invite::make(*identity, address, kCoverName);
      if (auto done = start_directory(identity->clone()); !done) return done;
    }
    node::MembershipConfig membership{identity->clone(),
                                      {*invite_},
                                      demo_descriptor(*identity, with_exit),
                                      address,
                                      loopback(port),
                                      true,
                                      true,
                                      !with_exit,
                                      config_.state_dir / name};
    node::RelayConfig config{
        std::move(*identity),
        loopback(port),
        {"127.0.0.1", static_cast<std::uint16_t>(config_.site_port + 1), kCoverName, authorities_},
        config_.state_dir / name,
        std::nullopt};
    if (with_exit) config.exit = demo_exit(config_.site_port);
    if (with_exit) config.directory = directory_->handler();
    auto made = node::Relay::start(pool_, std::move(config), random_);
    if (!made) return tl::unexpected(node::explain_listen_error(made.error(), loopback(port), "--base-port"));
    (*made)->mirror([this](base::Error error) {
      problem_ = std::move(error);
      pool_.stop();
    });
    relays_.push_back({name, std::move(*made),
                       std::make_unique<node::Membership>(pool_.first(), std::move(membership), dialer_,
                                                          with_exit ? directory_->service() : nullptr)});
    return {};
  }

  base::Result<void> start_directory(peer::Identity identity) {
    node::DirectoryConfig config{
        std::move(identity), (config_.state_dir / "super" / "directory.db").string(), {}, true, {}};
    auto made = node::DirectoryNode::start(pool_.first(), std::move(config), dialer_);
    if (!made) return base::forward_error(made);
    directory_ = std::move(*made);
    return {};
  }

  base::Result<void> start_client() {
    const auto socks = loopback(config_.socks_port);
    node::ClientConfig config;
    config.operators = {*invite_};
    config.socks = socks;
    auto made = node::Client::start(pool_.first(), config, random_);
    if (!made) return tl::unexpected(node::explain_listen_error(made.error(), socks, "--socks-port"));
    client_ = std::move(*made);
    return {};
  }

  base::Result<void> start_control() {
    auto made =
        control::Server::start(pool_.first(), loopback(config_.status_port), [this] { return status(); });
    if (!made)
      return tl::unexpected(
          node::explain_start_error(made.error(), {loopback(config_.status_port)}, "--status-port"));
    control_.emplace(std::move(*made));
    return {};
  }

  /// Calls `started` when what it tells to try works: the relays know their cover, and the client its relay.
  net::Task<void> announce(std::function<void()> started) {
    boost::asio::steady_timer pause(pool_.first());
    bool dialled = false;
    for (auto left = kLongestWait / kStep; left > 0 && control::why_not_ready(status()); --left) {
      const bool mirrored =
          std::ranges::all_of(relays_, [](const auto& node) { return node.relay->mirrors(); });
      if (mirrored && !std::exchange(dialled, true)) {
        for (const auto& node : relays_) node.membership->start();
        client_->dial_now();
      }
      pause.expires_after(kStep);
      (void)co_await pause.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    started();
  }

  [[nodiscard]] control::Status status() const {
    auto all = node::base_status("demo", started_);
    client_->fill(all);
    auto client = node::base_status("client", started_);
    client_->fill(client);
    all.nodes.push_back({"client", client});
    for (const auto& node : relays_) {
      auto one = node::base_status(node.name == "super" ? "super" : "relay", started_);
      node.relay->fill(one);
      node.membership->fill(one);
      if (node.name == "super") directory_->fill(one);
      all.nodes.push_back({node.name, std::move(one)});
    }
    return all;
  }

  DemoConfig config_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  crypto::SystemRandom random_;
  net::IoPool pool_;
  std::optional<demo_site::Server> site_;
  std::shared_ptr<const crypto::TrustStore> authorities_;  // the site's own certificate
  std::shared_ptr<const discovery::Dialer> dialer_ = std::make_shared<const discovery::Dialer>(
      client_hello::builtin_templates().front(), std::nullopt, random_);
  std::unique_ptr<node::DirectoryNode> directory_;
  std::vector<NamedRelay> relays_;
  std::optional<peer::Invite> invite_;
  std::unique_ptr<node::Client> client_;
  std::optional<control::Server> control_;
  std::optional<base::Error> problem_;
};

}  // namespace

base::Result<void> run_demo(const DemoConfig& config, const std::function<void()>& started) {
  node::raise_open_file_limit();
  Demo demo(config);
  if (auto done = demo.start(); !done) return done;
  return demo.run(started);
}

}  // namespace qnet::demo
