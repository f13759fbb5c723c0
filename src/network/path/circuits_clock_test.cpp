// Circuits of a client whose clock, or whose guard's, is wrong.
#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::RelayNetwork;

class ClockTest : public RelayNetwork {
 protected:
  ClockTest() { make_client(); }
  void guard_is_ahead(std::chrono::seconds by) {
    guard_tells_ = link::PeerTime{now_ + by, std::chrono::steady_clock::now()};
  }
  [[nodiscard]] std::uint64_t refused() const {
    std::uint64_t count = 0;
    for (const auto& relay : relays_) count += relay->counters->refused.load();
    return count;
  }
};

TEST_F(ClockTest, a_client_whose_clock_is_off_by_minutes_has_circuits) {
  for (const auto off : {5min, -5min, 9min}) {
    client_now_ = now_ + off;
    guard_is_ahead(0s);
    circuits_->network_changed();
    EXPECT_TRUE(echoes(lease(), 1000)) << off.count();
  }
  EXPECT_EQ(refused(), 0U);
  EXPECT_EQ(circuits_->problem(), "");
}

TEST_F(ClockTest, a_guard_that_tells_a_wrong_time_costs_one_circuit) {
  guard_is_ahead(5min);
  EXPECT_TRUE(echoes(lease(), 1000));
  EXPECT_EQ(refused(), 1U);
  EXPECT_TRUE(echoes(lease({.isolation = "other"}), 1000));
  EXPECT_EQ(refused(), 1U);
}

TEST_F(ClockTest, a_guard_that_tells_a_time_far_off_is_not_believed) {
  guard_is_ahead(24h);
  EXPECT_TRUE(echoes(lease(), 1000));
  EXPECT_EQ(refused(), 0U);
}

TEST_F(ClockTest, a_clock_that_jumps_and_comes_back_gives_the_same_guards) {
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  const auto first = guards();
  const auto kept = kept_;
  for (int n = 0; n < 8; ++n) {
    for (const auto off : {24h * 131, 0h, -24h * 131, 0h, -24h * 20'700, 0h}) {
      client_now_ = now_ + off;
      circuits_->network_answered();
      circuits_->network_changed();
      EXPECT_EQ(guards(), first) << off.count();
    }
  }
  ASSERT_EQ(kept_.guards.size(), kept.guards.size());
  for (std::size_t n = 0; n < first.size(); ++n) {
    EXPECT_EQ(kept_.guards[n].peer, kept.guards[n].peer);
    EXPECT_EQ(kept_.guards[n].until, kept.guards[n].until);
  }
  EXPECT_TRUE(echoes(lease(), 1000));
}

}  // namespace
}  // namespace qnet::path
