// As many circuits as a relay is made for.
#include "overlay/circuit/testing/circuits.hpp"

namespace qnet::circuit {
namespace {

class ManyCircuits : public testing::Circuits {
 protected:
  static constexpr std::size_t kEnds = 6;
  static constexpr std::size_t kClients = 79;

  void SetUp() override {
    // Begun faster than people do.
    first_messages_of_all_ = {.burst = 100'000, .per_second = 1};
    first_messages_of_relay_ = first_messages_of_all_;
    Circuits::SetUp();
    while (relays_.size() <= kEnds) add_relay(static_cast<std::uint8_t>(relays_.size()));
  }
  /// So many circuits in one client's session, one after the other.
  net::Task<void> ask_often(session::Session& client, std::size_t count) {
    while (count-- > 0) co_await ask(client);
  }
  /// Asks the guard for a circuit to the next of the ends in turn, and keeps its stream if it has one.
  net::Task<void> ask(session::Session& client) {
    const std::array hops{hop(1 + asked_++ % kEnds)};
    const auto first = create(hops, now_, {}, random_);
    const Opening opening{Opening::Kind::extend, hops.front().peer, first->message};
    auto stream = client.open(std::string(kCircuitProtocol), opening.encode());
    if (!stream) co_return;
    std::array<std::uint8_t, CreationLimits::answer> answer{};
    (void)co_await net::read_some(**stream, answer);
    if (answer.front() == static_cast<std::uint8_t>(Status::ok)) streams_.push_back(std::move(*stream));
  }
  [[nodiscard]] std::size_t open_at_ends() const {
    std::size_t open = 0;
    for (std::size_t n = 1; n < relays_.size(); ++n)
      open += static_cast<std::size_t>(relays_[n]->counters->open);
    return open;
  }

  std::size_t asked_ = 0;
  std::vector<std::unique_ptr<session::Stream>> streams_;
};

TEST_F(ManyCircuits, stand_at_one_relay_carry_bytes_beside_and_leave_nothing_behind) {
  std::vector<SessionPointer> clients;
  for (std::size_t n = 0; n < kClients; ++n) {
    clients.push_back(link(relays_[0]->protocols));
    run(ask_often(*clients.back(), RelayLimits::of_one_client));
  }
  constexpr auto all = kClients * RelayLimits::of_one_client;
  static_assert(all >= 5000);
  EXPECT_EQ(streams_.size(), all);
  EXPECT_EQ(relays_[0]->counters->open, all);
  EXPECT_EQ(open_at_ends(), all);

  const auto circuit = begin_through({1, 2});
  EXPECT_TRUE(echoes(circuit, 300'000));
  circuit->session->close();

  streams_.clear();
  run_until([&] { return relays_[0]->counters->open == 0 && open_at_ends() == 0; });
  for (const auto& [number, session] : relays_[0]->links) EXPECT_EQ(session->stream_count(), 0U) << number;
  for (const auto& client : clients) EXPECT_EQ(client->stream_count(), 0U);
}

}  // namespace
}  // namespace qnet::circuit
