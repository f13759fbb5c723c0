// Requests that wait for what will be there in a while: a place at an exit, a guard.
#include <gtest/gtest.h>

#include "network/path/testing/pool_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::peer_of;
using testing::PoolWorld;

using testing::kNone;

/// The only exit in SE is full.
struct FullWorld : PoolWorld {
  FullWorld() {
    circuit = build_for(in_sweden);
    pool.declined(circuit, Decline::full, 443, now);
    fetch();
  }
  CircuitWish in_sweden{.port = 443, .countries = {"SE"}};
  CircuitNumber circuit{};
};

TEST(WaitingRequests, get_a_place_at_an_exit_that_was_full) {
  FullWorld world;
  const auto waits = world.request(world.in_sweden);
  ASSERT_EQ(world.building.size(), 1U);
  const auto& build = world.building.begin()->second;
  EXPECT_EQ(build.wish.full, std::vector{peer_of(7)});
  EXPECT_TRUE(build.wish.not_exits.empty());
  world.fail(build.circuit, Errc::exits_full);
  world.wait(PoolLimits::full - 1ms);
  EXPECT_FALSE(world.answers.contains(waits));
  EXPECT_TRUE(world.building.empty()) << "nothing is tried before";
  world.wait(1ms);
  EXPECT_EQ(world.got(waits), world.circuit);
}

TEST(WaitingRequests, are_told_that_exits_are_full_when_they_cannot_wait) {
  FullWorld world;
  world.in_sweden.wait = PoolLimits::full - 1s;
  const auto hurried = world.request(world.in_sweden);
  world.fail(world.building.begin()->first, Errc::exits_full);
  EXPECT_TRUE(world.refused(hurried, Errc::exits_full));
  world.in_sweden.wait = 15s;
  const auto patient = world.request(world.in_sweden);
  world.fail(world.building.begin()->first, Errc::exits_full);
  world.wait(5s);
  world.pool.declined(world.circuit, Decline::full, 443, world.now);
  world.wait(5s);
  EXPECT_FALSE(world.answers.contains(patient));
  world.fail(world.building.begin()->first, Errc::exits_full);
  EXPECT_TRUE(world.refused(patient, Errc::exits_full)) << "it will not be free in time";
}

TEST(WaitingRequests, have_no_part_in_what_one_of_them_leaves_out) {
  PoolWorld world;
  CircuitWish wish{.port = 443, .countries = {"SE"}, .isolation = "one"};
  wish.not_exits = {peer_of(7)};
  const auto declined = world.request(wish);
  const auto other = world.request({.port = 443, .countries = {"SE"}, .isolation = "other"});
  world.fail(world.building.begin()->first, Errc::no_exit_in_country);
  EXPECT_TRUE(world.refused(declined, Errc::no_exit_in_country));
  EXPECT_FALSE(world.answers.contains(other));
  world.build_all();
  EXPECT_NE(world.got(other), kNone);
}

TEST(WaitingRequests, are_refused_at_once_when_no_guard_can_answer_in_their_time) {
  PoolWorld world;
  const auto hopeless = world.request({.port = 443});
  world.fail(world.building.begin()->first, Errc::no_guard, world.now + PoolLimits::request);
  EXPECT_TRUE(world.refused(hopeless, Errc::no_guard));
  const auto waits = world.request({.port = 443});
  world.fail(world.building.begin()->first, Errc::no_guard, world.now + 8s);
  world.wait(8s - 1ms);
  EXPECT_TRUE(world.building.empty());
  world.wait(1ms);
  ASSERT_EQ(world.building.size(), 1U);
  world.build_all();
  EXPECT_NE(world.got(waits), kNone);
}

TEST(WaitingRequests, are_tried_again_when_a_guard_is_back) {
  PoolWorld world;
  const auto waits = world.request({.port = 443});
  world.fail(world.building.begin()->first, Errc::no_guard, world.now + 20s);
  EXPECT_TRUE(world.building.empty());
  world.pool.reconsider(world.now);
  world.fetch();
  world.build_all();
  EXPECT_NE(world.got(waits), kNone);
}

TEST(WaitingRequests, are_refused_in_the_order_of_their_deadlines) {
  PoolWorld world;
  const auto patient = world.request({.port = 443});
  const auto hurried = world.request({.port = 443, .wait = 5s});
  world.wait(5s);
  EXPECT_TRUE(world.refused(hurried, Errc::timed_out));
  EXPECT_FALSE(world.answers.contains(patient));
  EXPECT_TRUE(world.refused(world.request({.port = 22, .wait = -1s}), Errc::timed_out));
}

}  // namespace
}  // namespace qnet::path
