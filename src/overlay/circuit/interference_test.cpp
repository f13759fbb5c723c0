// What anybody between two hops may do to frames. The next honest hop in that direction ends the circuit, and
// nothing that was changed arrives.
#include "overlay/circuit/testing/circuits.hpp"
#include "overlay/circuit/testing/tamper.hpp"

namespace qnet::circuit {
namespace {

using testing::Tamper;
using testing::Tampering;

using Where = std::tuple<Tampering, std::size_t, bool>;

/// Before the guard, the middle or the exit.
class TamperedCircuit : public testing::Circuits, public ::testing::WithParamInterface<Where> {
 protected:
  void SetUp() override {
    Circuits::SetUp();
    const auto [what, hop, forward] = GetParam();
    tamper_ = std::make_shared<Tamper>(Tamper{what, forward});
    const auto tampered = link(testing::tampering(link(relays_[hop]->protocols), tamper_));
    if (hop == 0)
      client_ = tampered;
    else
      relays_[hop - 1]->links[hop] = tampered;
  }
  [[nodiscard]] bool all_ended() const {
    return std::ranges::all_of(relays_, [](const auto& relay) { return relay->counters->open == 0; });
  }
  std::shared_ptr<Tamper> tamper_;
};

TEST_P(TamperedCircuit, ends_at_the_next_honest_hop_and_carries_nothing_wrong) {
  const auto circuit = begin_through({1, 2});
  EXPECT_FALSE(echoes(circuit, 300'000));
  EXPECT_TRUE(tamper_->touched);
  run_until([&] { return !circuit->session->alive() && all_ended(); });
  // Whatever was done, and at whatever hop: the stream is reset.
  run_until([&] { return tamper_->refused.has_value(); });
  ASSERT_TRUE(tamper_->refused);
  EXPECT_TRUE(tamper_->refused->is(session::Errc::stream_reset)) << tamper_->refused->message();
}

std::string name_of(const ::testing::TestParamInfo<Where>& info) {
  constexpr std::array names{"length", "text", "tag", "dropped", "repeated", "swapped", "injected", "cut"};
  constexpr std::array hops{"guard", "middle", "exit"};
  const auto [what, hop, forward] = info.param;
  return std::string(names[static_cast<std::size_t>(what)]) + "_at_the_" + hops[hop] +
         (forward ? "_forwards" : "_backwards");
}

INSTANTIATE_TEST_SUITE_P(
    Anywhere, TamperedCircuit,
    ::testing::Combine(::testing::Values(Tampering::change_length, Tampering::change_text,
                                         Tampering::change_tag, Tampering::drop, Tampering::repeat,
                                         Tampering::swap, Tampering::inject, Tampering::cut),
                       ::testing::Values(0U, 1U, 2U), ::testing::Bool()),
    name_of);

class LyingMiddle : public testing::Circuits {
 protected:
  /// The middle sends what is for the exit to this relay instead.
  void extends_to(std::size_t other) { relays_[1]->links[2] = link(relays_[other]->protocols); }
  /// How many hops had answered before the circuit failed.
  std::size_t fails_after() {
    const auto circuit = begin_through({1, 2});
    run_until([&] { return circuit->outcome.has_value(); });
    EXPECT_FALSE(*circuit->outcome);
    EXPECT_EQ(echoes_, 0);
    return circuit->established;
  }
};

TEST_F(LyingMiddle, gains_nothing_by_extending_to_another_relay) {
  extends_to(3);
  EXPECT_EQ(fails_after(), 1U);
  EXPECT_EQ(relays_[3]->counters->created, 0U);
}

TEST_F(LyingMiddle, gains_nothing_by_extending_to_itself) {
  extends_to(1);
  EXPECT_EQ(fails_after(), 1U);
}

TEST_F(LyingMiddle, gains_nothing_by_answering_for_the_exit) {
  // It opens a message that it has made, and gives the answer to that.
  auto handler = [this](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
    const std::array hops{hop(3)};
    const auto own = create(hops, testing::kNow, {}, random_);
    auto opened = open(own->message, relays_[3]->peer, *relays_[3]->keys, testing::kNow, random_);
    const auto answered = answer(*opened);
    (void)co_await net::write_all(*stream, answered->answer);
    co_await net::finish_and_drain(*stream);
  };
  relays_[1]->links[2] = link({{std::string(kCircuitProtocol), handler}});
  EXPECT_EQ(fails_after(), 1U);
}

TEST_F(LyingMiddle, gains_nothing_by_a_first_message_that_it_has_kept) {
  // What the exit has taken once, it does not take again.
  const auto circuit = begin_through({2});
  run_until([&] { return circuit->outcome.has_value(); });
  ASSERT_TRUE(*circuit->outcome);
  const std::array hops{hop(2)};
  const auto first = create(hops, testing::kNow, {}, random_);
  const Opening opening{Opening::Kind::create, peer::PeerId(crypto::Ed25519Public{}), first->message};
  const auto session = link(relays_[2]->protocols);
  std::vector<std::uint8_t> statuses;
  for (int times = 0; times < 2; ++times)
    run([](SessionPointer to, base::Bytes bytes, std::vector<std::uint8_t>& seen) -> net::Task<void> {
      auto stream = to->open(std::string(kCircuitProtocol), bytes);
      std::array<std::uint8_t, 1> status{};
      (void)co_await net::read_some(**stream, status);
      seen.push_back(status.front());
    }(session, opening.encode(), statuses));
  EXPECT_EQ(statuses, (std::vector<std::uint8_t>{0, 1}));
}

}  // namespace
}  // namespace qnet::circuit
