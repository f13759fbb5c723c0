#include "overlay/circuit/neighbours.hpp"

#include <set>

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/signal.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/unless.hpp"
#include "overlay/peer/identity.hpp"
#include "overlay/session/stream.hpp"
#include "transport/link/error.hpp"
#include "transport/tcp_noise/tcp_noise.hpp"

namespace qnet::circuit {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using SessionPointer = std::shared_ptr<session::Session>;
using Outcome = std::optional<base::Result<SessionPointer>>;

peer::PeerId peer_number(std::uint8_t number) { return peer::PeerId(crypto::Ed25519Public{number}); }

/// Each peer is a TCP listener with Noise, whose number is in its name.
class NeighboursTest : public ::testing::Test {
 protected:
  ~NeighboursTest() override {
    if (neighbours_) neighbours_->stop();
    for (const auto& far : far_ends_) far->close();
    for (const auto& listener : listeners_) listener->stop();
    may_dial_.notify();
    io_.restart();
    io_.run_for(50ms);
  }

  void start(NeighbourLimits limits = {}) {
    tcp_noise::add_dialer(transports_, random_);
    NeighbourOptions options{
        .address_of = [this](const peer::PeerId& peer) -> std::optional<link::RelayAddress> {
          ++asked_;
          const auto number = peer.key().front();
          if (!listed_.contains(number)) return std::nullopt;
          return address_of(number);
        },
        .dial = [this](link::RelayAddress to) { return dial(std::move(to)); },
        .limits = limits,
        .random = random_};
    neighbours_ = std::make_shared<Neighbours>(io_.get_executor(), std::move(options));
  }
  void add_peer(std::uint8_t number) {
    listed_.insert(number);
    auto open = tcp_noise::listener({{asio::ip::address_v4::loopback(), 0}, keys_.noise.clone()});
    auto listener = open.open(pool_, random_);
    ASSERT_TRUE(listener);
    (*listener)->start({[this](std::size_t, std::unique_ptr<link::Link> link) {
                          auto session = session::Session::start(std::move(link), mux::Role::responder,
                                                                 {{"/test/1", keep_open()}});
                          far_ends_.push_back(std::move(session));
                        },
                        [](const base::Error&) {}});
    ports_[number] = (*listener)->facts().address.port();
    listeners_.push_back(std::move(*listener));
  }
  [[nodiscard]] static session::Handler keep_open() {
    return [](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
      while (co_await stream->wait_readable())
        if (std::array<std::uint8_t, 1> byte{}; !stream->try_read(byte)) break;
    };
  }
  [[nodiscard]] link::RelayAddress address_of(std::uint8_t number) const {
    link::RelayAddress address;
    address.host = "127.0.0.1";
    address.port = ports_.contains(number) ? ports_.at(number) : 1;
    address.noise_key = keys_.noise.public_key;
    address.cover = tcp_noise::kCover;
    return address;
  }
  net::Task<base::Result<SessionPointer>> dial(link::RelayAddress to) {
    ++dials_;
    while (held_) co_await may_dial_.wait();
    if (fails_) co_return base::fail(link::Errc::not_recognised);
    auto made = co_await transports_.dial(std::move(to));
    if (!made) co_return tl::unexpected(made.error());
    co_return session::Session::start(std::move(made->link), mux::Role::initiator, {});
  }

  std::shared_ptr<Outcome> ask(std::uint8_t number, Who asks = {}) {
    auto outcome = std::make_shared<Outcome>();
    asio::co_spawn(
        io_,
        [](std::shared_ptr<Neighbours> neighbours, peer::PeerId peer, Who who,
           std::shared_ptr<Outcome> told) -> net::Task<void> {
          told->emplace(co_await neighbours->reach(peer, who));
        }(neighbours_, peer_number(number), asks, outcome),
        asio::detached);
    return outcome;
  }
  base::Result<SessionPointer> reach(std::uint8_t number) {
    const auto outcome = ask(number);
    EXPECT_TRUE(comes_true([&] { return outcome->has_value(); }));
    return outcome->value_or(base::fail(Errc::ended));
  }
  template <class Condition>
  [[nodiscard]] bool comes_true(Condition condition) {
    return net::testing::comes_true(io_, condition);
  }

  net::IoPool pool_{1};
  asio::io_context& io_ = pool_.first();
  base::testing::SeededRandom random_{4};
  peer::Identity keys_ = peer::Identity::generate(random_);
  link::Dialers transports_;
  std::set<std::uint8_t> listed_;
  std::map<std::uint8_t, std::uint16_t> ports_;
  std::vector<std::unique_ptr<link::Listener>> listeners_;
  std::vector<SessionPointer> far_ends_;
  net::Signal may_dial_{io_.get_executor()};
  bool held_ = false;
  bool fails_ = false;
  int asked_ = 0;
  int dials_ = 0;
  std::shared_ptr<Neighbours> neighbours_;
};

TEST_F(NeighboursTest, share_one_session_for_one_relay) {
  start();
  add_peer(1);
  add_peer(2);
  const auto first = reach(1);
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(*reach(1), *first);
  EXPECT_NE(*reach(2), *first);
  EXPECT_EQ(dials_, 2);
}

TEST_F(NeighboursTest, are_dialled_once_for_all_that_wait) {
  start();
  add_peer(1);
  held_ = true;
  std::vector<std::shared_ptr<Outcome>> all;
  for (int i = 0; i < 20; ++i) all.push_back(ask(1));
  ASSERT_TRUE(comes_true([&] { return dials_ == 1; }));
  held_ = false;
  may_dial_.notify();
  for (const auto& one : all) {
    ASSERT_TRUE(comes_true([&] { return one->has_value(); }));
    ASSERT_TRUE(**one);
    EXPECT_EQ(***one, ***all.front());
  }
  EXPECT_EQ(dials_, 1);
}

TEST_F(NeighboursTest, are_dialled_to_the_end_though_who_asked_first_has_gone) {
  start();
  add_peer(1);
  held_ = true;
  net::Stop stop;
  bool left = false;
  const auto first = [&]() -> net::Task<void> {
    const auto got = co_await net::unless(stop, neighbours_->reach(peer_number(1)));
    EXPECT_FALSE(got);
    left = true;
  };
  asio::co_spawn(io_, first(), asio::detached);
  ASSERT_TRUE(comes_true([&] { return dials_ == 1; }));
  const auto second = ask(1);
  stop.now();
  ASSERT_TRUE(comes_true([&] { return left; }));
  EXPECT_FALSE(second->has_value());
  held_ = false;
  may_dial_.notify();
  ASSERT_TRUE(comes_true([&] { return second->has_value(); }));
  EXPECT_TRUE(**second);
  EXPECT_EQ(dials_, 1);
}

TEST_F(NeighboursTest, that_no_list_names_are_not_dialled) {
  start();
  const auto got = reach(1);
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().is(Errc::no_next_hop));
  EXPECT_EQ(dials_, 0);
  EXPECT_EQ(neighbours_->size(), 0U);
}

TEST_F(NeighboursTest, that_did_not_answer_are_not_dialled_again_at_once) {
  start({.first_pause = 1h, .last_pause = 1h});
  add_peer(1);
  fails_ = true;
  EXPECT_TRUE(reach(1).error().is(link::Errc::not_recognised));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(reach(1).error().is(Errc::not_again_yet));
  EXPECT_EQ(dials_, 1);
}

TEST_F(NeighboursTest, that_did_not_answer_are_dialled_again_after_a_pause) {
  start({.first_pause = 1ms, .last_pause = 1ms});
  add_peer(1);
  fails_ = true;
  EXPECT_FALSE(reach(1));
  fails_ = false;
  EXPECT_TRUE(comes_true([&] { return reach(1).has_value(); }));
}

TEST_F(NeighboursTest, are_dialled_anew_when_their_session_has_ended) {
  start();
  add_peer(1);
  const auto first = reach(1);
  ASSERT_TRUE(first);
  ASSERT_TRUE(comes_true([&] { return far_ends_.size() == 1; }));
  far_ends_.front()->close();
  ASSERT_TRUE(comes_true([&] { return !(*first)->alive() && neighbours_->size() == 0; }));
  const auto second = reach(1);
  ASSERT_TRUE(second);
  EXPECT_NE(*second, *first);
}

TEST_F(NeighboursTest, end_sessions_without_a_circuit_and_no_others) {
  start({.idle = 20ms, .idle_jitter = 5ms});
  add_peer(1);
  add_peer(2);
  // One that nobody has used yet may end before it is used.
  auto used = reach(1);
  auto stream = (*used)->open("/test/1", {});
  for (; !stream; stream = (*used)->open("/test/1", {})) used = reach(1);
  const auto idle = reach(2);
  ASSERT_TRUE(idle);
  ASSERT_TRUE(comes_true([&] { return !(*idle)->alive() && neighbours_->size() == 1; }));
  EXPECT_TRUE((*used)->usable());
  (*stream)->reset();
  EXPECT_TRUE(comes_true([&] { return !(*used)->alive() && neighbours_->size() == 0; }));
}

TEST_F(NeighboursTest, that_carry_nothing_make_room_for_others) {
  start({.relays = 2});
  for (std::uint8_t n = 1; n <= 4; ++n) add_peer(n);
  const auto used = reach(1);
  ASSERT_TRUE(used);
  auto stream = (*used)->open("/test/1", {});
  for (std::uint8_t n = 2; n <= 4; ++n) EXPECT_TRUE(reach(n)) << int{n};
  EXPECT_EQ(neighbours_->size(), 2U);
  EXPECT_TRUE((*used)->usable());
  const auto other = (*reach(4))->open("/test/1", {});
  EXPECT_TRUE(reach(2).error().is(Errc::too_many_neighbours));
}

TEST_F(NeighboursTest, that_no_list_names_take_nobodys_room) {
  start({.relays = 1});
  add_peer(1);
  const auto first = reach(1);
  ASSERT_TRUE(first);
  EXPECT_FALSE(reach(9));
  EXPECT_TRUE((*first)->usable());
}

TEST_F(NeighboursTest, have_bounds_on_dials_and_on_who_waits) {
  start({.dials = 1, .waiting = 2});
  add_peer(1);
  add_peer(2);
  held_ = true;
  const std::array waiting{ask(1), ask(1)};
  ASSERT_TRUE(comes_true([&] { return dials_ == 1; }));
  EXPECT_TRUE(reach(1).error().is(Errc::too_many_neighbours));
  EXPECT_TRUE(reach(2).error().is(Errc::too_many_neighbours));
  held_ = false;
  may_dial_.notify();
  for (const auto& one : waiting) EXPECT_TRUE(comes_true([&] { return one->has_value(); }));
}

TEST_F(NeighboursTest, are_dialled_for_one_who_asks_only_so_many_at_once) {
  start({.dials = 8, .dials_for_one = 2});
  for (std::uint8_t n = 1; n <= 4; ++n) add_peer(n);
  held_ = true;
  const auto one = Who::party(1);
  std::vector<std::shared_ptr<Outcome>> all{ask(1, one), ask(2, one)};
  ASSERT_TRUE(comes_true([&] { return dials_ == 2; }));
  const auto refused = ask(3, one);
  ASSERT_TRUE(comes_true([&] { return refused->has_value(); }));
  EXPECT_TRUE((*refused)->error().is(Errc::too_many_neighbours));
  // Others go on, and who waits for another's dial has not begun one.
  all.push_back(ask(3, Who::party(2)));
  all.push_back(ask(3, one));
  ASSERT_TRUE(comes_true([&] { return dials_ == 3; }));
  held_ = false;
  may_dial_.notify();
  for (const auto& outcome : all) {
    ASSERT_TRUE(comes_true([&] { return outcome->has_value(); }));
    EXPECT_TRUE(**outcome);
  }
  const auto later = ask(4, one);
  ASSERT_TRUE(comes_true([&] { return later->has_value(); }));
  EXPECT_TRUE(**later);
}

TEST_F(NeighboursTest, say_good_bye_when_they_stop) {
  start();
  add_peer(1);
  const auto first = reach(1);
  ASSERT_TRUE(first);
  neighbours_->stop();
  EXPECT_TRUE(comes_true([&] { return !(*first)->alive(); }));
  EXPECT_FALSE(reach(1));
}

}  // namespace
}  // namespace qnet::circuit
