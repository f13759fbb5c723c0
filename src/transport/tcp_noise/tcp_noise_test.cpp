#include "transport/tcp_noise/tcp_noise.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "transport/link/error.hpp"
#include "transport/link/testing/test_user.hpp"

namespace qnet::tcp_noise {
namespace {

namespace asio = boost::asio;

/// A listener on a pool of one core, which the test runs.
class TcpNoiseTest : public ::testing::Test {
 protected:
  TcpNoiseTest() {
    auto opened = listener({{asio::ip::address_v4::loopback(), 0}, keys_.clone()}).open(pool_, random_);
    listener_ = std::move(opened).value();
    listener_->start(
        {[this](std::size_t, std::unique_ptr<link::Link> link) { accepted_ = std::move(link); }, {}});
    add_dialer(dialers_, random_);
  }
  ~TcpNoiseTest() override {
    accepted_.reset();
    listener_->stop();
    pool_.first().restart();
    pool_.first().poll();
  }

  void dial(const crypto::X25519Public& key) {
    link::RelayAddress relay;
    relay.host = "127.0.0.1";
    relay.port = listener_->facts().address.port();
    relay.cover = kCover;
    relay.noise_key = key;
    asio::co_spawn(
        pool_.first(),
        [](TcpNoiseTest* test, link::RelayAddress to) -> net::Task<void> {
          test->dialled_.emplace(co_await test->dialers_.dial(std::move(to)));
        }(this, std::move(relay)),
        asio::detached);
    run_until([this] { return dialled_.has_value(); });
  }
  template <class Condition>
  void run_until(Condition condition) {
    ASSERT_TRUE(net::testing::comes_true(pool_.first(), condition));
  }

  base::testing::SeededRandom random_{5};
  net::IoPool pool_{1};
  crypto::X25519KeyPair keys_ = crypto::X25519KeyPair::generate(random_);
  link::Dialers dialers_;
  std::unique_ptr<link::Listener> listener_;
  std::unique_ptr<link::Link> accepted_;
  std::optional<base::Result<link::Dialled>> dialled_;
};

TEST_F(TcpNoiseTest, both_ends_know_each_other_and_the_same_handshake) {
  dial(keys_.public_key);
  ASSERT_TRUE(*dialled_) << dialled_->error().message();
  run_until([this] { return accepted_ != nullptr; });
  const auto& near = (**dialled_).link->facts();
  EXPECT_EQ(near.peer_key, keys_.public_key);
  EXPECT_EQ(near.handshake_hash, accepted_->facts().handshake_hash);
  EXPECT_NE(accepted_->facts().peer_key, keys_.public_key);
  EXPECT_EQ(listener_->counters().accepted, 1U);
  EXPECT_EQ(listener_->counters().links_open, 1);
}

TEST_F(TcpNoiseTest, carries_bytes_both_ways) {
  dial(keys_.public_key);
  ASSERT_TRUE(*dialled_) << dialled_->error().message();
  run_until([this] { return accepted_ != nullptr; });
  auto& near = *(**dialled_).link;
  link::testing::TestUser here;
  link::testing::TestUser there;
  here.waiting = "question";
  there.waiting = "answer";
  ASSERT_TRUE(near.send(here));
  ASSERT_TRUE(accepted_->send(there));
  run_until([&] {
    return near.receive(here).has_value() && accepted_->receive(there).has_value() &&
           here.taken == "answer" && there.taken == "question";
  });
}

TEST_F(TcpNoiseTest, another_key_than_the_relays_is_not_recognised) {
  dial(crypto::X25519KeyPair::generate(random_).public_key);
  ASSERT_FALSE(*dialled_);
  run_until([this] { return listener_->counters().visitors == 1; });
  EXPECT_EQ(accepted_, nullptr);
  EXPECT_EQ(listener_->counters().links_open, 0);
}

TEST_F(TcpNoiseTest, a_stranger_gets_nothing) {
  asio::io_context io;
  net::tcp::socket stranger(io);
  stranger.connect(listener_->facts().address);
  asio::write(stranger, asio::buffer(std::string(48, 'x')));
  run_until([this] { return listener_->counters().visitors == 1; });
  std::array<char, 1> byte{};
  boost::system::error_code error;
  EXPECT_EQ(stranger.read_some(asio::buffer(byte), error), 0U);
  EXPECT_TRUE(error);
}

}  // namespace
}  // namespace qnet::tcp_noise
