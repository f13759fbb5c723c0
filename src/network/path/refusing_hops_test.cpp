// An attacker who owns some of the first hops, and lets them refuse: what he does to a client's guard.
#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/path_problems.hpp"
#include "network/path/pool_limits.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::peer_of;

const auto kGuard = peer_of(101);
constexpr auto kEnough = static_cast<std::uint32_t>(PoolLimits::refusals);

class RefusingHops : public ::testing::Test {
 protected:
  RefusingHops() { list(30); }

  /// The guard and so many others, each in a network of its own.
  void list(std::uint32_t count) {
    facts_ = {testing::relay_of(101)};
    for (std::uint32_t i = 0; i < count; ++i) facts_.push_back(testing::relay_of(i));
  }
  /// Each of these refuses once, a second after the other.
  void refuse(std::uint32_t from, std::uint32_t to) {
    const RelayTable relays(facts_);
    for (auto i = from; i < to; ++i) {
      now_ += 1s;
      EXPECT_FALSE(problems_.refused(relays, kGuard, peer_of(i), now_))
          << "one guard says nothing of the clock";
    }
  }
  [[nodiscard]] bool left() const { return problems_.all_refuse_through(kGuard, now_); }

  std::vector<RelayFacts> facts_;
  PathProblems problems_;
  SteadyTime now_{1000h};
};

TEST_F(RefusingHops, that_are_fewer_than_eight_never_move_a_guard) {
  for (int again = 0; again < 100; ++again) refuse(0, kEnough - 1);
  EXPECT_FALSE(left());
  refuse(kEnough - 1, kEnough);
  EXPECT_TRUE(left());
}

TEST_F(RefusingHops, of_few_networks_never_move_a_guard) {
  for (std::uint32_t i = 1; i <= 20; ++i) facts_.at(i).addresses = facts_.at(i % 7 + 1).addresses;
  refuse(0, 20);
  EXPECT_FALSE(left());
}

TEST_F(RefusingHops, of_one_family_never_move_a_guard) {
  for (std::uint32_t i = 1; i <= 20; ++i) facts_.at(i).family = Family{7};
  refuse(0, 20);
  EXPECT_FALSE(left());
}

TEST_F(RefusingHops, must_refuse_without_any_circuit_in_between) {
  for (int again = 0; again < 10; ++again) {
    refuse(0, kEnough - 1);
    problems_.built(peer_of(102), now_);  // through whichever guard
  }
  refuse(kEnough, 2 * kEnough - 1);
  EXPECT_FALSE(left());
}

TEST_F(RefusingHops, move_no_guard_through_which_a_circuit_was_built_lately) {
  problems_.built(kGuard, now_);
  refuse(0, 20);
  EXPECT_FALSE(left());
  now_ += PoolLimits::works_lately;
  refuse(0, 1);
  EXPECT_TRUE(left());
}

TEST_F(RefusingHops, keep_no_guard_away_for_longer) {
  refuse(0, kEnough);
  ASSERT_TRUE(left());
  const auto end = now_ + PoolLimits::refusing_guard;
  while (now_ + 30s < end) refuse(0, 20);
  now_ = end;
  EXPECT_FALSE(left());
  refuse(0, kEnough - 1);
  EXPECT_FALSE(left()) << "all of them have to refuse anew";
}

TEST_F(RefusingHops, of_a_small_network_must_be_all_that_there_are) {
  list(5);
  refuse(0, 4);
  EXPECT_FALSE(left());
  refuse(4, 5);
  EXPECT_TRUE(left());
}

TEST_F(RefusingHops, that_an_attacker_owns_move_no_guard_in_ten_thousand_circuits) {
  const RelayTable relays(facts_);
  base::testing::SeededRandom random(3);
  for (std::uint32_t owned = 1; owned < kEnough; ++owned) {
    for (int i = 0; i < 10'000; ++i, now_ += 10s) {
      const auto hop = random.below(30);
      if (hop < owned)
        (void)problems_.refused(relays, kGuard, peer_of(hop), now_);
      else
        problems_.built(kGuard, now_);
      ASSERT_FALSE(left()) << owned;
    }
  }
}

}  // namespace
}  // namespace qnet::path
