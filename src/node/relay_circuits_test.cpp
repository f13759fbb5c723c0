#include "node/relay_circuits.hpp"

#include "node/testing/three_relays.hpp"
#include "overlay/measure/ask.hpp"

namespace qnet::node {
namespace {

namespace asio = boost::asio;

class RelayCircuitsTest : public testing::ThreeRelays {};

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
  EXPECT_GT(circuits(0).bytes, 2 * text.size());
  EXPECT_GT(circuits(1).bytes, 2 * text.size());
  EXPECT_EQ(circuits(2).bytes, 0U) << "an exit passes nothing on";
  EXPECT_EQ(circuits(0).rate, 0U) << "no bound";
  circuit_->close();
  run_until([&] { return circuits(0).open + circuits(1).open + circuits(2).open == 0; });
}

class RelayCircuitsWithARate : public RelayCircuitsTest {
 protected:
  RelayCircuitsWithARate() { rate_ = 2'000'000; }
};

TEST_F(RelayCircuitsWithARate, share_what_the_operator_has_set) {
  list({0, 1, 2});
  dial_guard();
  begin({1, 2});
  const std::string text(200'000, 'x');
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(echo(text), text);
  // 400,000 bytes and more, less what is saved. A slow machine takes longer.
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(100));
  EXPECT_EQ(circuits(0).rate, rate_);
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

TEST_F(RelayCircuitsTest, relays_of_the_list_measure_each_other_and_a_stranger_measures_nobody) {
  list({0, 1, 2});
  dial_guard();
  std::optional<std::uint64_t> by_stranger;
  std::optional<std::uint64_t> by_relay;
  bool done = false;
  const auto job = [&]() -> net::Task<void> {
    by_stranger = co_await measure::measure(guard_, 1, random_);
    const auto neighbour = co_await nodes_[0].relay->circuits()->reach(nodes_[1].identity.peer_id());
    if (neighbour) by_relay = co_await measure::measure(*neighbour, 1, random_);
    done = true;
  };
  asio::co_spawn(pool_.first(), job(), asio::detached);
  run_until([&] { return done; });
  EXPECT_FALSE(by_stranger);
  EXPECT_TRUE(by_relay);
}

}  // namespace
}  // namespace qnet::node
