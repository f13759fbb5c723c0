// Three relays and a client in one process, joined by real links: circuits as a node serves them.
#include "node/relay_circuits.hpp"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/clock.hpp"
#include "node/relay.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"
#include "transport/tcp_noise/tcp_noise.hpp"

namespace qnet::node {
namespace {

namespace asio = boost::asio;
using circuit::Hop;

constexpr std::size_t kRelays = 3;  // guard, middle, exit

/// Sends back what comes.
class EchoSite {
 public:
  explicit EchoSite(asio::io_context& io) : acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io, [this] { return serve(); }, asio::detached);
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  net::Task<void> serve() {
    net::TcpStream stream(co_await acceptor_.async_accept(asio::use_awaitable));
    std::atomic<std::uint64_t> moved{0};
    (void)co_await net::pump(stream, stream, moved);
  }
  net::tcp::acceptor acceptor_;
};

class RelayCircuitsTest : public ::testing::Test {
 protected:
  struct Node {
    peer::Identity identity;
    circuit::Keys keys;
    std::shared_ptr<discovery::KnownRelays> known = std::make_shared<discovery::KnownRelays>(true);
    std::unique_ptr<Relay> relay{};
  };

  ~RelayCircuitsTest() override {
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
                      dialer(std::make_shared<const crypto::X25519KeyPair>(node.identity.noise.clone()))};
    net::tcp::endpoint failed_at;
    auto made = Relay::start(pool_, std::move(config), random_, failed_at);
    ASSERT_TRUE(made) << made.error().message();
    node.relay = std::move(*made);
    node.relay->accept([](const base::Error&) {});
    nodes_.push_back(std::move(node));
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
  /// A circuit through the guard and these.
  void begin(const std::vector<std::size_t>& numbers) {
    std::vector<Hop> hops;
    for (const auto number : numbers)
      hops.push_back({nodes_[number].identity.peer_id(), nodes_[number].keys->front().public_key});
    outcome_.reset();
    circuit::Beginning beginning{
        .open = circuit::open_over(guard_),
        .hops = std::move(hops),
        .now = directory::wall_now(),
        .random = random_,
        .outcome = [this](base::Result<void> result, std::size_t) { outcome_.emplace(std::move(result)); }};
    circuit_ = session::Session::start(
        std::make_unique<circuit::CircuitLink>(guard_->executor(), std::move(beginning), link::Facts{}),
        mux::Role::initiator, {});
  }
  /// What comes back from the site through the circuit; empty when it fails.
  std::string echo(const std::string& text) {
    std::string back;
    bool done = false;
    const auto job = [&]() -> net::Task<void> {
      const peer::ConnectRequest request{"site.test", site_.port()};
      auto stream = circuit_->open(peer::kConnectProtocol, request.encode());
      if (stream) co_await exchange(**stream, text, back);
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

  base::testing::SeededRandom random_{9};
  net::IoPool pool_{1};
  EchoSite site_{pool_.first()};
  std::vector<Node> nodes_;
  std::vector<std::shared_ptr<const session::Dialer>> clients_;
  std::shared_ptr<session::Session> guard_;
  std::shared_ptr<session::Session> circuit_;
  std::optional<base::Result<void>> outcome_;
};

TEST_F(RelayCircuitsTest, carry_a_persons_request_through_guard_middle_and_exit) {
  list({0, 1, 2});
  dial_guard();
  begin({1, 2});
  const std::string text(300'000, 'x');
  EXPECT_EQ(echo(text), text);
  EXPECT_EQ(circuits(0).extended, 1U);
  EXPECT_EQ(circuits(1).created, 1U);
  EXPECT_EQ(circuits(1).extended, 1U);
  EXPECT_EQ(circuits(2).created, 1U);
  EXPECT_EQ(status(2).counters.exit->total, 1U);
  circuit_->close();
  run_until([&] { return circuits(0).open + circuits(1).open + circuits(2).open == 0; });
}

TEST_F(RelayCircuitsTest, show_each_relay_which_relay_is_there_and_not_who_the_client_is) {
  list({0, 1, 2});
  dial_guard();
  // The guard's session with the exit is a relay's: it may carry more circuits than a client's, of several
  // clients.
  std::vector<std::shared_ptr<session::Session>> open;
  for (std::size_t n = 0; n < circuit::RelayLimits::of_one_client + 8; ++n) {
    if (n % 32 == 31) dial_guard();
    begin({2});
    run_until([&] { return outcome_.has_value(); });
    ASSERT_TRUE(*outcome_) << n << ": " << outcome_->error().message();
    open.push_back(circuit_);
  }
  EXPECT_EQ(circuits(2).open, open.size());
  EXPECT_EQ(status(2).counters.sessions_open, 1U);
}

TEST_F(RelayCircuitsTest, go_on_to_no_relay_that_is_not_listed) {
  list({0, 2});
  dial_guard();
  begin({1, 2});
  run_until([&] { return outcome_.has_value(); });
  ASSERT_FALSE(*outcome_);
  EXPECT_TRUE(outcome_->error().is(circuit::Errc::hop_unreachable));
  EXPECT_EQ(circuits(0).unreachable, 1U);
  EXPECT_EQ(status(1).counters.handshakes->accepted, 0U);
}

TEST_F(RelayCircuitsTest, end_at_no_relay_without_an_exit) {
  list({0, 1, 2});
  dial_guard();
  begin({1});
  run_until([&] { return outcome_.has_value(); });
  ASSERT_FALSE(*outcome_);
  EXPECT_TRUE(outcome_->error().is(circuit::Errc::hop_refused));
  EXPECT_EQ(circuits(1).refused, 1U);
}

TEST_F(RelayCircuitsTest, of_many_clients_share_one_link_between_two_relays) {
  list({0, 1, 2});
  for (int client = 0; client < 3; ++client) {
    dial_guard();
    begin({1, 2});
    run_until([&] { return outcome_.has_value(); });
    ASSERT_TRUE(*outcome_) << outcome_->error().message();
  }
  EXPECT_EQ(status(0).counters.sessions_open, 3U);
  EXPECT_EQ(status(1).counters.sessions_open, 1U);
  EXPECT_EQ(status(2).counters.sessions_open, 1U);
}

TEST_F(RelayCircuitsTest, end_when_a_relay_on_the_way_stops) {
  list({0, 1, 2});
  dial_guard();
  begin({1, 2});
  run_until([&] { return outcome_.has_value(); });
  nodes_[1].relay->stop();
  run_until([&] { return !circuit_->alive(); });
  run_until([&] { return circuits(0).open + circuits(2).open == 0; });
}

}  // namespace
}  // namespace qnet::node
