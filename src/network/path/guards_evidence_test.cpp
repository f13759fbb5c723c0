// What tells a guard that fails from a network that is down.
#include <gtest/gtest.h>

#include "network/path/testing/guard_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::GuardWorld;
using testing::plain_network;

constexpr auto kNobody = [](const peer::PeerId&) { return false; };

TEST(Guards, are_not_down_because_of_what_failed_while_nothing_answered) {
  GuardWorld world(plain_network(100), 1);
  world.answers = kNobody;
  world.network_is_there = false;
  world.connect();
  world.wait(1h);
  EXPECT_FALSE(world.guards.status().at(0).down);
  world.network_is_there = true;
  world.refresh();
  EXPECT_EQ(world.guards.due(world.now).size(), 3U) << "all are tried again at once";
}

TEST(Guards, are_not_down_because_something_answered_before_they_failed) {
  GuardWorld world(plain_network(100), 1);
  world.refresh();
  world.answers = kNobody;
  world.network_is_there = false;
  for (int second = 0; second < 300; ++second) {
    world.connect();
    world.wait(1s);
  }
  ASSERT_LT(world.now.steady - GuardWorld::kStart.steady, GuardLimits::evidence);
  EXPECT_GT(world.dialled.size(), 3 * GuardLimits::variations);
  for (const auto& guard : world.guards.status()) EXPECT_FALSE(guard.down);
  world.network_is_there = true;
  world.refresh();
  for (const auto& guard : world.guards.status()) EXPECT_FALSE(guard.down) << "one answer proves one failure";
  EXPECT_EQ(world.guards.sample().guards.size(), 3U);
}

TEST(Guards, are_not_more_because_the_network_is_down) {
  GuardWorld world(plain_network(100), 1);
  world.answers = kNobody;
  world.network_is_there = false;
  for (int i = 0; i < 100; ++i) {
    world.connect();
    world.wait(1h);
  }
  EXPECT_EQ(world.guards.sample().guards.size(), 3U);
  // When it is back, what failed before says nothing.
  world.network_is_there = true;
  world.answers = [](const peer::PeerId&) { return true; };
  world.refresh();
  EXPECT_EQ(world.connect().value().peer, world.guards.sample().guards[0].peer);
}

TEST(Guards, are_down_once_something_has_answered_after_each_of_four_failures) {
  GuardWorld world(plain_network(100), 1);
  const auto first = world.guards.sample().guards[0].peer;
  for (unsigned i = 0; i < GuardLimits::variations; ++i) {
    EXPECT_FALSE(world.guards.status()[0].down);
    world.guards.begun(first);
    world.guards.failed(first, world.now);
    world.guards.network_answered(world.now);
    world.guards.network_answered(world.now);
  }
  EXPECT_TRUE(world.guards.status()[0].down);
}

TEST(Guards, are_not_proven_to_fail_by_an_answer_that_comes_late) {
  GuardWorld world(plain_network(100), 1);
  const auto first = world.guards.sample().guards[0].peer;
  for (unsigned i = 0; i < 2 * GuardLimits::variations; ++i) {
    world.guards.begun(first);
    world.guards.failed(first, world.now);
    world.now.steady += GuardLimits::proof + 1s;
    world.guards.network_answered(world.now);
  }
  EXPECT_FALSE(world.guards.status()[0].down);
}

TEST(Guards, tell_when_one_may_answer_again) {
  GuardWorld world(plain_network(100), 1);
  world.answers = kNobody;
  world.connect();
  const auto next = world.guards.next_chance();
  ASSERT_TRUE(next);
  EXPECT_GT(*next, world.now.steady);
  EXPECT_LE(*next, world.now.steady + GuardLimits::first_pause * 5 / 4);
  const auto first = world.guards.sample().guards[0].peer;
  EXPECT_TRUE(world.guards.fails(first));
  world.guards.begun(first);
  EXPECT_EQ(world.guards.next_chance(), std::nullopt) << "at any moment";
  world.guards.answered(first, world.now);
  EXPECT_FALSE(world.guards.fails(first));
}

TEST(Guards, are_dialled_anew_after_a_change_of_the_network_in_the_middle_of_a_dial) {
  GuardWorld world(plain_network(100), 1);
  const auto first = world.guards.sample().guards[0].peer;
  world.guards.begun(first);
  world.guards.network_changed();
  world.guards.failed(first, world.now);
  EXPECT_FALSE(world.guards.fails(first)) << "of the dial before";
  world.guards.begun(first);
  world.guards.failed(first, world.now);
  ASSERT_TRUE(world.guards.fails(first));
  EXPECT_EQ(world.guards.due({world.now.wall, world.now.steady + 3s}).size(), 1U);
}

}  // namespace
}  // namespace qnet::path
