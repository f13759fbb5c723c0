// What one address may take from a relay, over however many sessions, and for how long.
#include "overlay/circuit/testing/circuits.hpp"

namespace qnet::circuit {
namespace {

class PartyBounds : public testing::Circuits {
 protected:
  /// How many circuits begin, of so many that are asked for over a new session from that address.
  std::size_t begun_from(const char* address, std::size_t count) {
    client_ = link(relays_[0]->protocols, {}, boost::asio::ip::make_address(address));
    std::vector<std::shared_ptr<Circuit>> circuits;
    for (std::size_t n = 0; n < count; ++n) circuits.push_back(begin_through({1}));
    run_until([&] {
      return std::ranges::all_of(circuits, [](const auto& one) { return one->outcome.has_value(); });
    });
    const auto good =
        std::ranges::count_if(circuits, [](const auto& one) { return one->outcome->has_value(); });
    std::ranges::move(circuits, std::back_inserter(kept_));
    return static_cast<std::size_t>(good);
  }
  std::vector<std::shared_ptr<Circuit>> kept_;
};

TEST_F(PartyBounds, of_one_address_hold_for_all_its_sessions_together) {
  std::size_t begun = 0;
  for (std::size_t sessions = 0; sessions < 6; ++sessions) begun += begun_from("192.0.2.1", 60);
  EXPECT_EQ(begun, RelayLimits::of_one_party);
  EXPECT_EQ(begun_from("192.0.2.2", 60), 60U);
}

TEST_F(PartyBounds, end_a_circuit_that_carries_nothing_at_its_guard_and_at_its_middle) {
  idle_ = std::chrono::milliseconds(50);
  add_relay(5);
  for (const bool at_guard : {true, false}) {
    client_ = link(relays_[at_guard ? 5 : 0]->protocols);
    const auto circuit = at_guard ? begin_through({1, 2}) : begin_through({5, 2});
    run_until([&] { return relays_[5]->counters->extended == (at_guard ? 1 : 2); });
    run_until([&] { return !circuit->session->alive(); });
    run_until([&] {
      return std::ranges::all_of(relays_, [](const auto& relay) { return relay->counters->open == 0; });
    });
  }
}

}  // namespace
}  // namespace qnet::circuit
