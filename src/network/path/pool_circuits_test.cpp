// What becomes of the pool's circuits: spares, use, doubt, and their end.
#include <gtest/gtest.h>

#include "network/path/testing/pool_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::peer_of;
using testing::PoolWorld;
using State = PoolCircuit::State;

using testing::kNone;

/// A pool in which one request has a circuit, and nothing is built ahead.
struct UsedPool : PoolWorld {
  UsedPool() {
    const auto request_number = request({.port = 443});
    build_all();
    used = got(request_number);
  }
  CircuitNumber used{};
};

TEST(Pool, has_two_spares_before_anybody_asks) {
  PoolWorld world;
  world.start(3);
  EXPECT_EQ(world.building.size(), 2U);
  for (const auto& [number, build] : world.building) {
    EXPECT_TRUE(build.ahead);
    EXPECT_EQ(build.wish.hops, 3U);
    EXPECT_EQ(build.wish.port, 443);
  }
  world.build_all();
  EXPECT_EQ(world.spares(), 2U);
  EXPECT_NE(world.got(world.request({.port = 443})), kNone) << "at once";
}

TEST(Pool, builds_nothing_ahead_for_one_hop) {
  PoolWorld world;
  world.start(1);
  world.wait(10min);
  EXPECT_EQ(world.begun, 0U);
  world.request({.port = 443});
  world.build_all();
  EXPECT_EQ(world.begun, 1U);
}

TEST(Pool, has_more_spares_while_they_are_taken_and_no_more_than_four) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  for (int i = 0; i < 8; ++i) {
    world.request({.port = 443, .isolation = std::to_string(i)});
    world.build_all();
    world.wait(PoolLimits::spare_pause);
    world.build_all();
  }
  EXPECT_EQ(world.spares(), PoolLimits::most_spares);
  // Later no more are made than two.
  world.wait(PoolLimits::spare_life + PoolLimits::spare_jitter - 20min);
  world.request({.port = 443, .isolation = "0"});
  world.wait(20min);
  world.build_all();
  EXPECT_LE(world.spares(), 1 + PoolLimits::spares);
  EXPECT_GE(world.spares(), PoolLimits::spares);
}

TEST(Pool, replaces_a_spare_that_was_taken_after_the_request_has_gone) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  world.request({.port = 443});
  EXPECT_TRUE(world.building.empty());
  world.wait(PoolLimits::spare_pause);
  EXPECT_FALSE(world.building.empty());
}

TEST(Pool, has_a_spare_for_another_port_that_was_asked_for) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  world.request({.port = 993});
  world.build_all();
  const auto again = world.request({.port = 993, .isolation = "another"});
  ASSERT_NE(world.got(again), kNone) << "at once";
  EXPECT_TRUE(world.circuit(world.got(again))->ahead);
}

TEST(Pool, replaces_spares_that_grow_old) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  const auto first = world.pool.circuits().front().number;
  for (int i = 0; i < 8; ++i) {
    world.wait(10min);
    world.request({.port = 22});  // somebody is there
    world.build_all();
  }
  EXPECT_TRUE(world.closed.contains(first));
  EXPECT_GE(world.spares(), PoolLimits::spares);
}

TEST(Pool, rests_when_nobody_has_asked_for_an_hour) {
  PoolWorld world;
  world.start(3);
  for (int i = 0; i < 70; ++i) {
    world.build_all();
    world.wait(1min);
  }
  EXPECT_TRUE(world.pool.circuits().empty());
  EXPECT_EQ(world.pool.next_deadline(), std::nullopt);
  world.request({.port = 443});
  EXPECT_GE(world.building.size(), 2U) << "and wakes";
}

TEST(Pool, changes_its_spares_with_the_number_of_hops) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  const auto kept = world.got(world.request({.port = 443}));
  world.pool.set_hops(4, world.now);
  world.fetch();
  for (const auto& [number, build] : world.building) EXPECT_EQ(build.wish.hops, 4U);
  world.build_all();
  EXPECT_EQ(world.circuit(kept)->state, State::ready) << "what is used goes on";
  world.pool.set_hops(1, world.now);
  world.fetch();
  EXPECT_EQ(world.spares(), 0U);
}

TEST(Pool, does_not_build_without_a_pause_when_spares_end_at_once) {
  PoolWorld world;
  world.start(3);
  for (int i = 0; i < 60; ++i) {
    while (!world.building.empty()) {
      const auto circuit = world.building.begin()->first;
      world.build(circuit);
      world.pool.ended(circuit, world.now);
      world.fetch();
    }
    world.wait(1s);
  }
  EXPECT_LT(world.begun, 12U);
}

TEST(Pool, gives_a_circuit_to_new_requests_for_ten_minutes_after_the_first) {
  UsedPool world;
  world.answer(world.used);
  world.wait(PoolLimits::dirty - 1ms);
  EXPECT_EQ(world.got(world.request({.port = 443})), world.used);
  world.answer(world.used);
  world.wait(1ms);
  EXPECT_EQ(world.got(world.request({.port = 443})), kNone);
  EXPECT_EQ(world.circuit(world.used)->state, State::retired);
  world.release(world.used);
  EXPECT_FALSE(world.closed.contains(world.used)) << "one still uses it";
  world.release(world.used);
  EXPECT_TRUE(world.closed.contains(world.used));
}

TEST(Pool, closes_a_used_circuit_after_a_minute_without_use) {
  UsedPool world;
  world.answer(world.used);
  world.wait(5min);
  EXPECT_FALSE(world.closed.contains(world.used));
  world.release(world.used);
  world.wait(PoolLimits::idle - 1ms);
  EXPECT_FALSE(world.closed.contains(world.used));
  world.wait(1ms);
  EXPECT_TRUE(world.closed.contains(world.used));
}

TEST(Pool, keeps_a_circuit_whose_streams_outlive_their_leases) {
  UsedPool world;
  world.answer(world.used);
  world.pool.look(world.used, {world.now, 1}, world.now);
  world.release(world.used);
  world.wait(5min);
  EXPECT_FALSE(world.closed.contains(world.used));
  world.pool.look(world.used, {world.now, 0}, world.now);
  world.wait(PoolLimits::idle);
  EXPECT_TRUE(world.closed.contains(world.used));
}

TEST(Pool, doubts_a_circuit_that_was_asked_and_brings_nothing_until_it_does) {
  UsedPool world;
  world.wait(PoolLimits::doubt - 1ms);
  EXPECT_EQ(world.got(world.request({.port = 443})), world.used);
  world.wait(1ms);
  const auto moved = world.request({.port = 443});
  EXPECT_EQ(world.got(moved), kNone);
  ASSERT_EQ(world.building.size(), 1U) << "another is built";
  // It comes back, and serves the request that waits.
  world.pool.look(world.used, {world.now, 2}, world.now);
  world.pool.advance(world.now);
  world.fetch();
  EXPECT_EQ(world.got(moved), world.used);
}

TEST(Pool, does_not_doubt_a_circuit_that_brought_something_since_it_was_asked) {
  UsedPool world;
  world.wait(1s);
  world.pool.look(world.used, {world.now, 1}, world.now);
  world.wait(10s);
  EXPECT_EQ(world.got(world.request({.port = 443})), world.used) << "the site is slow, not the circuit";
  world.wait(PoolLimits::doubt);
  EXPECT_EQ(world.got(world.request({.port = 443})), kNone) << "it was asked again";
}

TEST(Pool, doubts_a_circuit_still_when_the_one_who_asked_has_left) {
  UsedPool world;
  world.wait(PoolLimits::doubt);
  world.release(world.used, true);
  EXPECT_EQ(world.got(world.request({.port = 443})), kNone);
}

TEST(Pool, doubts_all_circuits_through_a_guard_that_does_not_answer) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  for (const auto& one : world.pool.circuits()) world.pool.look(one.number, {world.now, 0, true}, world.now);
  const auto request = world.request({.port = 443});
  EXPECT_EQ(world.got(request), kNone);
  EXPECT_EQ(world.building.size(), 3U) << "one for the request, and two spares";
  for (const auto& one : world.pool.circuits()) world.pool.look(one.number, {world.now, 0, false}, world.now);
  world.wait(0ms);
  EXPECT_NE(world.got(request), kNone) << "it is back";
}

TEST(Pool, blames_the_exit_of_a_circuit_that_stays_silent) {
  static_assert(PoolLimits::silence < 12s, "its user closes a silent session then");
  UsedPool world;
  world.wait(PoolLimits::silence - 1ms);
  EXPECT_TRUE(world.blamed.empty());
  world.wait(1ms);
  EXPECT_EQ(world.blamed, std::set{world.used});
  EXPECT_EQ(world.circuit(world.used)->state, State::retired);
  world.release(world.used, true);
  EXPECT_TRUE(world.closed.contains(world.used));
}

TEST(Pool, leaves_all_circuits_when_the_network_changes) {
  UsedPool world;
  world.start(3);
  world.build_all();
  world.pool.renew(world.now);
  world.fetch();
  EXPECT_EQ(world.circuit(world.used)->state, State::retired) << "its streams may go on";
  EXPECT_EQ(world.spares(), 0U);
  EXPECT_EQ(world.building.size(), 2U);
  EXPECT_EQ(world.got(world.request({.port = 443})), kNone);
}

/// All the circuits that there may be, each used by another isolation: "0", "1", …
struct FullPool : PoolWorld {
  FullPool() {
    for (std::size_t i = 0; i < PoolLimits::circuits; ++i) {
      const auto number = request({.port = 443, .isolation = std::to_string(i)});
      build_all();
      used.push_back(got(number));
      answer(used.back());
    }
  }
  std::vector<CircuitNumber> used;
};

TEST(Pool, has_at_most_thirty_two_circuits_and_closes_idle_ones_for_new_requests) {
  FullPool world;
  const auto waits = world.request({.port = 443, .isolation = "more"});
  EXPECT_TRUE(world.building.empty());
  world.release(world.used[5]);
  ASSERT_EQ(world.building.size(), 1U);
  EXPECT_TRUE(world.closed.contains(world.used[5]));
  world.build_all();
  EXPECT_NE(world.got(waits), kNone);
  EXPECT_EQ(world.pool.circuits().size(), PoolLimits::circuits);
  const auto refused = world.request({.port = 443, .isolation = "still more"});
  world.wait(PoolLimits::request);
  EXPECT_TRUE(world.refused(refused, Errc::too_many_circuits));
}

TEST(Pool, gives_an_old_circuit_again_rather_than_none) {
  FullPool world;
  world.wait(PoolLimits::dirty);
  EXPECT_EQ(world.circuit(world.used[3])->state, State::retired);
  EXPECT_EQ(world.got(world.request({.port = 443, .isolation = "3"})), world.used[3]);
}

}  // namespace
}  // namespace qnet::path
