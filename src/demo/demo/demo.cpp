#include "demo/demo/demo.hpp"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "demo/demo_site/server.hpp"
#include "foundation/crypto/self_signed.hpp"
#include "node/compose.hpp"
#include "node/error.hpp"
#include "node/heap.hpp"
#include "transport/mirror/listener.hpp"

namespace qnet::demo {

namespace {

constexpr const char* kSiteName = "site.qnet.demo";
constexpr const char* kCoverName = "cover.qnet.demo";
constexpr auto kStep = std::chrono::milliseconds(50);
/// After that the status page is a better place to look.
constexpr auto kLongestWait = std::chrono::seconds(20);
constexpr auto kCertificateLife = std::chrono::hours(24 * 365);

net::tcp::endpoint loopback(int port) {
  return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

/// A web site that is also everybody's cover.
class SitePart final : public node::Part {
 public:
  SitePart(boost::asio::io_context& io, std::uint16_t port, crypto::SelfSigned certificate)
      : io_(io), http_(loopback(port)), https_(loopback(port + 1)), certificate_(std::move(certificate)) {}
  [[nodiscard]] std::string_view name() const override { return "web site"; }
  base::Result<void> start() override {
    auto made = demo_site::Server::start(io_, {http_, https_}, certificate_);
    if (!made) return tl::unexpected(node::explain_start_error(made.error(), {http_, https_}, "--site-port"));
    server_.emplace(std::move(*made));
    return {};
  }
  void stop(const node::Farewell& /*farewell*/) override { server_->stop(); }

 private:
  boost::asio::io_context& io_;
  net::tcp::endpoint http_;
  net::tcp::endpoint https_;
  crypto::SelfSigned certificate_;
  std::optional<demo_site::Server> server_;
};

directory::Descriptor demo_descriptor(const peer::Identity& identity, bool super) {
  using directory::Capability;
  directory::Descriptor descriptor{identity.peer_id(), identity.noise.public_key, {}, kCoverName};
  descriptor.capabilities = static_cast<std::uint8_t>(Capability::relay);
  if (super)
    descriptor.capabilities |=
        static_cast<std::uint8_t>(Capability::exit) | static_cast<std::uint8_t>(Capability::directory);
  if (super) descriptor.exit_ports = {80, 443};
  descriptor.software = "qnet " QNET_VERSION;
  return descriptor;
}

exit::ServiceOptions demo_exit(std::uint16_t site_port) {
  exit::ServiceOptions options;
  const std::string name = kSiteName;
  const auto https = ":443=127.0.0.1:" + std::to_string(site_port + 1);
  for (const auto& entry :
       {name + ":80=127.0.0.1:" + std::to_string(site_port), name + https, kCoverName + https}) {
    auto parsed = exit::parse_allow_entry(entry);
    if (parsed) options.policy.allow.push_back(std::move(*parsed));
  }
  return options;
}

/// What each of the demo's nodes is.
class Configs {
 public:
  /// `origin` is everybody's cover.
  Configs(const DemoConfig& config, mirror::CoverOrigin origin)
      : config_(config), origin_(std::move(origin)) {}

  /// The others find each other by this one's directory. Its exit reaches the web site.
  base::Result<node::NodeConfig> super(base::RandomSource& random) {
    auto made = relay("super", config_.base_port, random);
    if (!made) return made;
    made->helper_mode = "super";
    made->relay->exit = demo_exit(config_.site_port);
    made->directory = node::DirectoryConfig{
        made->relay->identity.clone(), (config_.state_dir / "super" / "directory.db").string(), {}, true, {}};
    made->membership->descriptor = demo_descriptor(made->relay->identity, true);
    made->membership->asks = false;
    invite_.push_back(peer::Invite::make(made->relay->identity, *made->membership->address, kCoverName));
    return made;
  }

  base::Result<node::NodeConfig> relay(const std::string& name, int port, base::RandomSource& random) const {
    const auto folder = config_.state_dir / name;
    auto identity = peer::load_or_create_identity(folder, random);
    if (!identity) return base::forward_error(identity);
    const peer::HostPort address{"127.0.0.1", static_cast<std::uint16_t>(port)};
    node::NodeConfig made;
    made.helper_mode = "relay";
    made.dials_sites = false;
    made.flags.listen = "--base-port";
    made.membership = discovery::MembershipConfig{
        identity->clone(), invite_, demo_descriptor(*identity, false), address, loopback(port), true};
    made.membership->state_dir = folder;
    made.circuit_keys = folder;
    auto listener = mirror::listener({loopback(port), identity->noise.clone(), origin_, folder});
    made.relay = node::RelayConfig{std::move(*identity), {std::move(listener)}, std::nullopt};
    return made;
  }

  /// It knows the super peer alone, and goes through both relays to its exit.
  [[nodiscard]] node::NodeConfig client() const {
    node::NodeConfig made;
    made.helper_mode = "client";
    made.client.emplace();
    made.client->operators = invite_;
    made.client->socks = loopback(config_.socks_port);
    made.client->hops = 3;
    made.client->distinct_networks = false;  // all of it is on loopback
    return made;
  }

 private:
  const DemoConfig& config_;
  mirror::CoverOrigin origin_;
  std::vector<peer::Invite> invite_;  // the super peer's, once it is there
};

/// The whole network as one node, whose proxy is the client's.
class Demo final : public node::Node {
 public:
  Demo() : Node("demo") {}

  base::Result<void> build(const DemoConfig& config, node::Process& process) {
    const std::vector<std::string> names{kSiteName, kCoverName};
    const auto now = std::chrono::system_clock::now();
    auto certificate = crypto::self_signed(names, now - std::chrono::hours(24), now + kCertificateLife);
    if (!certificate)
      return base::fail(node::Errc::cannot_start, "the web site's certificate could not be made");
    auto authorities = crypto::TrustStore::from_der(certificate->certificate);
    if (!authorities) return base::forward_error(authorities);
    add(std::make_unique<SitePart>(process.pool().first(), config.site_port, std::move(*certificate)));

    auto& random = process.random();
    Configs configs(config, {"127.0.0.1", static_cast<std::uint16_t>(config.site_port + 1), kCoverName,
                             std::make_shared<const crypto::TrustStore>(std::move(*authorities))});
    auto super = configs.super(random);  // the others have its invite
    auto done = add_node("client", configs.client(), process);
    if (done) done = add_node("super", std::move(super), process);
    for (const int number : {1, 2}) {
      const auto name = "relay-" + std::to_string(number);
      if (done) done = add_node(name, configs.relay(name, config.base_port + number, random), process);
    }
    if (done)
      add(node::control_part(
          process,
          {loopback(config.status_port), node::PortFlags().status, [this] { return status(); },
           [this](control::Controls& controls) { offer(controls); }, config.token_folder, config.log}));
    return done;
  }

  void fill(control::Status& status) const override {
    nodes_.front().node.fill(status);
    for (const auto& [name, node] : nodes_) status.nodes.push_back({name, node.status()});
  }

  /// What the super peer's directory offers, and what can be asked of the client.
  void offer(control::Controls& controls) const {
    nodes_[1].node.offer(controls);
    nodes_.front().node.offer(controls);
  }

  /// Calls `started` when what it tells to try works: the relays know their cover, and the client its relay.
  net::Task<void> announce(boost::asio::io_context& io, std::function<void()> started) {
    boost::asio::steady_timer pause(io);
    auto joined = Joined::none;
    for (auto left = kLongestWait / kStep; left > 0 && control::why_not_ready(status()); --left) {
      // Directories look whether relays answer, and a client asks for them, once that can succeed.
      if (joined == Joined::none && relays_ready()) joined = join_up_to(Joined::relays, joined);
      if (joined == Joined::relays && relays_listed()) joined = join_up_to(Joined::all, joined);
      pause.expires_after(kStep);
      (void)co_await pause.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    join_up_to(Joined::all, joined);
    started();
  }

 private:
  struct Named {
    std::string name;
    node::Node& node;
  };
  enum class Joined : std::uint8_t { none, relays, all };

  /// The client comes last: its first list then has everybody.
  Joined join_up_to(Joined wanted, Joined done) {
    if (done == Joined::none)
      for (const auto& one : std::span(nodes_).subspan(1)) one.node.join();
    if (done != Joined::all && wanted == Joined::all) nodes_.front().node.join();
    return wanted;
  }

  base::Result<void> add_node(const std::string& name, base::Result<node::NodeConfig> config,
                              node::Process& process) {
    if (!config) return base::forward_error(config);
    auto made = node::compose(std::move(*config), process);
    if (!made) return base::forward_error(made);
    nodes_.push_back({name, add(std::move(*made))});
    return {};
  }

  [[nodiscard]] bool relays_ready() const {
    return std::ranges::all_of(nodes_, [](const auto& one) {
      return one.name == "client" || one.node.status().state == control::State::connected;
    });
  }

  /// All but the client, in the directory of the one that has it.
  [[nodiscard]] bool relays_listed() const {
    return std::ranges::any_of(nodes_, [this](const auto& one) {
      const auto told = one.node.status().directory;
      return told && told->listed == nodes_.size() - 1;
    });
  }

  std::vector<Named> nodes_;  // the client first
};

}  // namespace

base::Result<void> run_demo(const DemoConfig& config, const std::function<void()>& started) {
  node::raise_open_file_limit();
  node::keep_some_freed_memory();
  node::Process process(std::max(2U, std::thread::hardware_concurrency()));
  Demo demo;
  if (auto done = demo.build(config, process); !done) return done;
  return process.run(demo, [&] {
    auto& io = process.pool().first();
    boost::asio::co_spawn(io, demo.announce(io, started), boost::asio::detached);
  });
}

}  // namespace qnet::demo
