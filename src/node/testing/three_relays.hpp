// Three relays and a client in one process, joined by real links: circuits as a node serves them.
#pragma once

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/clock.hpp"
#include "node/relay.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"
#include "transport/tcp_noise/tcp_noise.hpp"

namespace qnet::node::testing {

namespace asio = boost::asio;
using circuit::Hop;

constexpr std::size_t kRelays = 3;  // guard, middle, exit

/// Sends back what comes, to one after the other.
class EchoSite {
 public:
  explicit EchoSite(asio::io_context& io) : acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io, [this] { return serve(); }, asio::detached);
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  net::Task<void> serve() {
    for (;;) {
      net::TcpStream stream(co_await acceptor_.async_accept(asio::use_awaitable));
      std::atomic<std::uint64_t> moved{0};
      (void)co_await net::pump(stream, stream, moved);
    }
  }
  net::tcp::acceptor acceptor_;
};

class ThreeRelays : public ::testing::Test {
 protected:
  struct Node {
    peer::Identity identity;
    circuit::Keys keys;
    std::shared_ptr<discovery::KnownRelays> known = std::make_shared<discovery::KnownRelays>(true);
    std::unique_ptr<Relay> relay{};
  };

  ~ThreeRelays() override {
    early_.reset();
    circuit_.reset();
    guard_.reset();
    for (const auto& node : nodes_) node.relay->stop();
    pool_.first().restart();
    pool_.first().run_for(std::chrono::milliseconds(50));
  }

  void SetUp() override {
    for (std::size_t n = 0; n < kRelays; ++n) start_relay(n + 1 == kRelays);
  }

  void start_relay(bool is_exit) {
    Node node{peer::Identity::generate(random_), nullptr};
    std::vector<crypto::X25519KeyPair> keys;
    keys.push_back(crypto::X25519KeyPair::generate(random_));
    node.keys = std::make_shared<const std::vector<crypto::X25519KeyPair>>(std::move(keys));
    run(node, is_exit);
    nodes_.push_back(std::move(node));
  }
  /// The exit is stopped, and starts with what it has kept.
  void restart_exit() {
    auto& node = nodes_.back();
    node.relay->stop();
    stopped_.push_back(std::move(node.relay));
    run_until([&] {
      control::Status status;
      stopped_.back()->fill(status);
      return status.counters.sessions_open == 0;
    });
    run(node, true);
  }
  void run(Node& node, bool is_exit) {
    RelayConfig config{node.identity.clone(), {}, std::nullopt};
    config.listeners.push_back(
        tcp_noise::listener({{asio::ip::address_v4::loopback(), 0}, node.identity.noise.clone()}));
    if (is_exit) {
      config.exit.emplace();
      auto allowed = exit::parse_allow_entry("site.test:" + std::to_string(site_.port()) +
                                             "=127.0.0.1:" + std::to_string(site_.port()));
      ASSERT_TRUE(allowed);
      config.exit->policy.allow.push_back(std::move(*allowed));
    }
    config.circuits =
        CircuitConfig{[kept = node.keys] { return kept; }, node.known,
                      dialer(std::make_shared<const crypto::X25519KeyPair>(node.identity.noise.clone())),
                      is_exit ? folder_.path() : std::filesystem::path(), rate_};
    net::tcp::endpoint failed_at;
    auto made = Relay::start(pool_, std::move(config), random_, failed_at);
    ASSERT_TRUE(made) << made.error().message();
    node.relay = std::move(*made);
    node.relay->accept([](const base::Error&) {});
  }
  [[nodiscard]] std::shared_ptr<const session::Dialer> dialer(
      std::shared_ptr<const crypto::X25519KeyPair> own_key) {
    link::Dialers transports;
    tcp_noise::add_dialer(transports, random_, std::move(own_key));
    return std::make_shared<const session::Dialer>(std::move(transports), random_);
  }

  /// All relays get the same list, with those of these numbers.
  void list(const std::vector<std::size_t>& numbers) {
    std::vector<directory::Listed> relays;
    for (const auto number : numbers) {
      const auto& identity = nodes_[number].identity;
      directory::Descriptor descriptor{
          identity.peer_id(), identity.noise.public_key, {{"127.0.0.1", port_of(number)}}, "www.example.com"};
      descriptor.cover = tcp_noise::kCover;
      descriptor.capabilities = static_cast<std::uint8_t>(directory::Capability::relay);
      descriptor.issued = directory::wall_now();
      descriptor.expires = descriptor.issued + std::chrono::hours(1);
      relays.push_back({directory::SignedDescriptor::sign(descriptor, identity), {}});
    }
    std::ranges::sort(relays, {}, [](const auto& one) { return one.descriptor.descriptor().peer.key(); });
    const auto shared = std::make_shared<const std::vector<directory::Listed>>(std::move(relays));
    for (const auto& node : nodes_) node.known->replace(shared);
  }
  [[nodiscard]] std::uint16_t port_of(std::size_t number) const {
    const auto at = status(number).listen_address;
    return static_cast<std::uint16_t>(std::stoi(at.substr(at.rfind(':') + 1)));
  }
  [[nodiscard]] control::Status status(std::size_t number) const {
    control::Status status;
    nodes_[number].relay->fill(status);
    return status;
  }
  [[nodiscard]] control::Circuits circuits(std::size_t number) const {
    return status(number).counters.circuits.value();
  }

  /// A client's session with the first relay.
  void dial_guard() {
    link::RelayAddress address;
    address.host = "127.0.0.1";
    address.port = port_of(0);
    address.noise_key = nodes_[0].identity.noise.public_key;
    address.cover = tcp_noise::kCover;
    std::optional<base::Result<session::Dialled>> dialled;
    const auto client = dialer(nullptr);
    const auto job = [&]() -> net::Task<void> { dialled.emplace(co_await client->dial(std::move(address))); };
    asio::co_spawn(pool_.first(), job(), asio::detached);
    run_until([&] { return dialled.has_value(); });
    ASSERT_TRUE(*dialled) << dialled->error().message();
    guard_ = (**dialled).session;
    clients_.push_back(client);
  }
  /// A circuit through the guard and these. `early`: a request for the site travels with its first message.
  void begin(const std::vector<std::size_t>& numbers, bool early = false) {
    std::vector<Hop> hops;
    for (const auto number : numbers)
      hops.push_back({nodes_[number].identity.peer_id(), nodes_[number].keys->front().public_key});
    outcome_.reset();
    circuit::Beginning beginning{
        .open =
            [this](base::Bytes first) {
              opening_ = first;
              return circuit::open_over(guard_)(std::move(first));
            },
        .hops = std::move(hops),
        .now = directory::wall_now(),
        .random = random_,
        .early = early,
        .outcome = [this](base::Result<void> result, std::size_t) { outcome_.emplace(std::move(result)); }};
    circuit_ = session::Session::start(
        std::make_unique<circuit::CircuitLink>(guard_->executor(), std::move(beginning), link::Facts{}),
        mux::Role::initiator, {});
    if (early) early_ = open_request();
  }
  [[nodiscard]] std::unique_ptr<session::Stream> open_request() {
    const peer::ConnectRequest request{"site.test", site_.port()};
    return circuit_->open(peer::kConnectProtocol, request.encode()).value_or(nullptr);
  }
  /// What comes back from the site through the circuit; empty when it fails.
  std::string echo(const std::string& text) { return echo(open_request(), text); }
  std::string echo(std::unique_ptr<session::Stream> stream, const std::string& text) {
    std::string back;
    bool done = false;
    const auto job = [&]() -> net::Task<void> {
      if (stream) co_await exchange(*stream, text, back);
      done = true;
    };
    asio::co_spawn(pool_.first(), job(), asio::detached);
    run_until([&] { return done; });
    return back;
  }
  static net::Task<void> exchange(session::Stream& stream, const std::string& text, std::string& back) {
    const auto answer = co_await peer::read_message<peer::ConnectAnswer>(stream);
    if (!answer || answer->status != peer::ConnectStatus::ok) co_return;
    if (!co_await net::write_all(stream, base::bytes_of(text))) co_return;
    stream.finish();
    base::Bytes chunk(65536);
    for (;;) {
      const auto got = co_await net::read_some(stream, chunk);
      if (!got || *got == 0) co_return;
      back += base::text_of(base::ByteView(chunk).first(*got));
    }
  }
  template <class Condition>
  void run_until(Condition condition) {
    ASSERT_TRUE(net::testing::comes_true(pool_.first(), condition));
  }

  std::uint64_t rate_ = 0;                 // of relays that are started later
  base::testing::TemporaryFolder folder_;  // the exit's
  base::testing::SeededRandom random_{9};
  net::IoPool pool_{1};
  EchoSite site_{pool_.first()};
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<Relay>> stopped_;  // what they have begun may still end
  std::vector<std::shared_ptr<const session::Dialer>> clients_;
  std::shared_ptr<session::Session> guard_;
  std::shared_ptr<session::Session> circuit_;
  std::unique_ptr<session::Stream> early_;  // of the last circuit, if it has one
  base::Bytes opening_;                     // of the last circuit: what its guard was sent
  std::optional<base::Result<void>> outcome_;
};

}  // namespace qnet::node::testing
