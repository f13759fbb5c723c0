// What an exit does with a request that came with a circuit's first message.
#include "node/testing/three_relays.hpp"

namespace qnet::node {
namespace {

class EarlyRequestTest : public testing::ThreeRelays {
 protected:
  /// What the guard says to an opening that somebody has recorded and sends again.
  circuit::Status replay() {
    auto stream = guard_->open(std::string(circuit::kCircuitProtocol), opening_);
    EXPECT_TRUE(stream);
    base::Bytes answer;
    run_until([&] {
      base::Bytes chunk(circuit::CreationLimits::answer);
      if (const auto got = (*stream)->try_read(chunk))
        base::append(answer, base::ByteView(chunk).first(*got));
      return !answer.empty();
    });
    return static_cast<circuit::Status>(answer.at(0));
  }
  [[nodiscard]] std::uint64_t connections() const { return status(2).counters.exit->total; }
};

TEST_F(EarlyRequestTest, it_is_served_as_any_other) {
  list({0, 1, 2});
  dial_guard();
  begin({1, 2}, true);
  const std::string text(300'000, 'x');
  EXPECT_EQ(echo(std::move(early_), text), text);
  EXPECT_EQ(connections(), 1U);
  EXPECT_EQ(circuits(2).created, 1U);
}

TEST_F(EarlyRequestTest, a_destination_that_the_exit_refuses_is_refused) {
  list({0, 1, 2});
  dial_guard();
  begin({1, 2}, true);
  early_.reset();
  const peer::ConnectRequest request{"127.0.0.1", site_.port()};
  early_ = circuit_->open(peer::kConnectProtocol, request.encode()).value();
  EXPECT_EQ(echo(std::move(early_), "text"), "");
  EXPECT_EQ(connections(), 0U);
}

TEST_F(EarlyRequestTest, a_message_that_is_sent_again_opens_nothing) {
  list({0, 1, 2});
  dial_guard();
  begin({2}, true);
  EXPECT_EQ(echo(std::move(early_), "text"), "text");
  EXPECT_EQ(replay(), circuit::Status::refused);
  EXPECT_EQ(connections(), 1U);
}

TEST_F(EarlyRequestTest, a_message_that_is_sent_again_after_a_restart_opens_nothing) {
  list({0, 1, 2});
  dial_guard();
  begin({2}, true);
  EXPECT_EQ(echo(std::move(early_), "text"), "text");
  circuit_.reset();
  restart_exit();
  list({0, 1, 2});
  auto said = replay();
  // The guard may have to notice first that its session with the exit has ended.
  for (int i = 0; i < 20 && said == circuit::Status::unreachable; ++i) said = replay();
  EXPECT_EQ(said, circuit::Status::refused);
  EXPECT_EQ(connections(), 0U) << "it counts anew";
  begin({2}, true);
  EXPECT_EQ(echo(std::move(early_), "text"), "text") << "a new one is taken";
}

}  // namespace
}  // namespace qnet::node
