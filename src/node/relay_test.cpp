// A relay whose listeners are of a transport that the product does not listen with: it knows links only.
#include "node/relay.hpp"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/peer/peer_message.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/dialer.hpp"
#include "overlay/session/stream.hpp"
#include "transport/tcp_noise/tcp_noise.hpp"

namespace qnet::node {
namespace {

namespace asio = boost::asio;

net::tcp::endpoint loopback() { return {asio::ip::address_v4::loopback(), 0}; }

class RelayTest : public ::testing::Test {
 protected:
  ~RelayTest() override {
    dialled_.reset();
    if (relay_) relay_->stop();
    pool_.first().restart();
    pool_.first().run_for(std::chrono::milliseconds(50));
  }

  void start(std::size_t listeners = 1) {
    RelayConfig config{peer::Identity::generate(random_), {}, std::nullopt};
    for (std::size_t i = 0; i < listeners; ++i)
      config.listeners.push_back(tcp_noise::listener({loopback(), config.identity.noise.clone()}));
    peer_ = config.identity.peer_id();
    noise_key_ = config.identity.noise.public_key;
    net::tcp::endpoint failed_at;
    auto made = Relay::start(pool_, std::move(config), random_, failed_at);
    ASSERT_TRUE(made) << made.error().message();
    relay_ = std::move(*made);
    relay_->accept([](const base::Error&) {});
  }
  [[nodiscard]] control::Status status() const {
    control::Status status;
    relay_->fill(status);
    return status;
  }
  /// A session to the listener whose address the status tells.
  void connect() {
    link::Dialers transports;
    tcp_noise::add_dialer(transports, random_);
    dialer_ = std::make_unique<session::Dialer>(std::move(transports), random_);
    const auto at = status().listen_address;
    link::RelayAddress address;
    address.host = "127.0.0.1";
    address.port = static_cast<std::uint16_t>(std::stoi(at.substr(at.rfind(':') + 1)));
    address.noise_key = noise_key_;
    address.cover = tcp_noise::kCover;
    asio::co_spawn(
        pool_.first(),
        [](RelayTest* test, link::RelayAddress to) -> net::Task<void> {
          test->dialled_.emplace(co_await test->dialer_->dial(std::move(to)));
        }(this, std::move(address)),
        asio::detached);
    run_until([this] { return dialled_.has_value(); });
    ASSERT_TRUE(*dialled_) << dialled_->error().message();
  }
  template <class Condition>
  void run_until(Condition condition) {
    ASSERT_TRUE(net::testing::comes_true(pool_.first(), condition));
  }

  base::testing::SeededRandom random_{9};
  net::IoPool pool_{1};
  peer::PeerId peer_{crypto::Ed25519Public{}};
  crypto::X25519Public noise_key_{};
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<session::Dialer> dialer_;
  std::optional<base::Result<session::Dialled>> dialled_;
};

TEST_F(RelayTest, says_who_it_is_over_any_transport) {
  start();
  connect();
  std::optional<base::Result<peer::PeerAnswer>> answer;
  auto stream = (**dialled_).session->open(peer::kPeerProtocol, {});
  ASSERT_TRUE(stream);
  asio::co_spawn(
      pool_.first(),
      [](session::Stream* opened, std::optional<base::Result<peer::PeerAnswer>>* told) -> net::Task<void> {
        opened->finish();
        told->emplace(co_await peer::read_message<peer::PeerAnswer>(*opened));
      }(stream->get(), &answer),
      asio::detached);
  run_until([&] { return answer.has_value(); });
  ASSERT_TRUE(*answer) << answer->error().message();
  EXPECT_EQ((**answer).peer, peer_);
  EXPECT_EQ(status().counters.sessions_open, 1U);
  EXPECT_EQ(status().counters.handshakes->accepted, 1U);
}

TEST_F(RelayTest, does_not_speak_connect_without_an_exit) {
  start();
  connect();
  auto stream = (**dialled_).session->open(peer::kConnectProtocol, {});
  ASSERT_TRUE(stream);
  std::optional<base::Result<void>> refused;
  asio::co_spawn(
      pool_.first(),
      [](session::Stream* opened, std::optional<base::Result<void>>* told) -> net::Task<void> {
        std::array<std::uint8_t, 1> byte{};
        const auto got = co_await net::read_some(*opened, byte);
        if (got)
          told->emplace();
        else
          told->emplace(tl::unexpected(got.error()));
      }(stream->get(), &refused),
      asio::detached);
  run_until([&] { return refused.has_value(); });
  ASSERT_FALSE(*refused);
  EXPECT_TRUE(refused->error().is(session::Errc::protocol_refused));
}

TEST_F(RelayTest, tells_of_all_its_listeners) {
  start(2);
  connect();
  run_until([this] { return status().counters.sessions_open == 1; });
  EXPECT_TRUE(relay_->ready());
  EXPECT_EQ(status().peer_id, peer_.to_text());
  EXPECT_EQ(status().state, control::State::connected);
}

TEST_F(RelayTest, ends_its_sessions_when_it_stops) {
  start();
  connect();
  relay_->stop();
  run_until([this] { return !(**dialled_).session->alive(); });
}

TEST_F(RelayTest, opens_all_listeners_or_none_and_tells_which_failed) {
  start();
  const auto text = status().listen_address;
  const net::tcp::endpoint taken(asio::ip::address_v4::loopback(),
                                 static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1))));
  RelayConfig config{peer::Identity::generate(random_), {}, std::nullopt};
  config.listeners.push_back(tcp_noise::listener({loopback(), config.identity.noise.clone()}));
  config.listeners.push_back(tcp_noise::listener({taken, config.identity.noise.clone()}));
  net::tcp::endpoint failed_at;
  const auto made = Relay::start(pool_, std::move(config), random_, failed_at);
  ASSERT_FALSE(made);
  EXPECT_EQ(failed_at, taken);
}

}  // namespace
}  // namespace qnet::node
