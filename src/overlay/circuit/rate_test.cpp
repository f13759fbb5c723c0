// A relay whose operator has set a rate for its circuits.
#include "overlay/circuit/testing/circuits.hpp"

namespace qnet::circuit {
namespace {

class RelayRate : public testing::Circuits {
 protected:
  /// A guard, with the number 5, that passes on so many bytes a second.
  void guard_with(std::uint64_t per_second) {
    rate_ = std::make_shared<ByteRate>(per_second);
    add_relay(5);
    client_ = link(relays_[5]->protocols);
  }
};

TEST_F(RelayRate, lets_all_bytes_through_and_counts_them) {
  guard_with(4'000'000);
  const auto circuit = begin_through({1, 2});
  EXPECT_TRUE(echoes(circuit, 300'000));
  EXPECT_GE(relays_[5]->counters->relayed, 600'000U);
  circuit->session->close();
  run_until([&] { return relays_[5]->counters->open == 0; });
}

TEST_F(RelayRate, holds) {
  guard_with(2'000'000);
  const auto circuit = begin_through({1, 2});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(echoes(circuit, 400'000));
  // 800,000 bytes and more cross it; a tenth of a second's may be saved, or be under way. A slow machine
  // takes longer.
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(250));
}

TEST_F(RelayRate, ends_circuits_that_wait_for_it_when_their_client_goes) {
  guard_with(1000);
  const auto circuit = begin_through({1, 2});
  run_until([&] { return circuit->outcome.has_value(); });
  auto stream = circuit->session->open("/test/echo/1", base::Bytes(100'000));
  ASSERT_TRUE(stream);
  run_until([&] { return relays_[5]->counters->relayed > 10'000; });
  client_->close();
  run_until([&] { return relays_[5]->counters->open == 0; });
}

TEST(RateQueue, serves_those_first_that_were_quiet_and_the_others_in_turns) {
  boost::asio::io_context io{1};
  const auto rate = std::make_shared<ByteRate>(1'000'000);
  const auto queue = std::make_shared<RateQueue>(io.get_executor(), rate);
  EXPECT_TRUE(queue->is_free());
  queue->charge(60'000);
  EXPECT_FALSE(queue->is_free());
  std::string order;
  const std::function<void(char)> busy = [&](char name) {
    queue->wait(
        [&, name] {
          order += name;
          queue->charge(1000);
          if (order.size() < 6) busy(name);
        },
        false);
  };
  busy('a');
  busy('b');
  queue->wait([&] { order += 'q'; }, true);
  EXPECT_EQ(order, "") << "never at once";
  ASSERT_TRUE(net::testing::comes_true(io, [&] { return order.size() >= 7; }));
  EXPECT_EQ(order, "qababab");
}

}  // namespace
}  // namespace qnet::circuit
