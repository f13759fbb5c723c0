#include "network/path/pool.hpp"

#include <gtest/gtest.h>

#include "network/path/testing/pool_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::peer_of;
using testing::PoolWorld;

using testing::kNone;

TEST(Pool, builds_for_a_request_what_it_asks_for) {
  PoolWorld world;
  const auto request = world.request({.hops = 4, .port = 443, .countries = {"SE"}});
  ASSERT_EQ(world.building.size(), 1U);
  const auto& asked = world.building.begin()->second;
  EXPECT_EQ(asked.wish.hops, 4U);
  EXPECT_EQ(asked.wish.port, 443);
  EXPECT_EQ(asked.wish.countries, std::vector<std::string>{"SE"});
  EXPECT_FALSE(asked.ahead);
  const auto circuit = asked.circuit;
  world.build(circuit);
  EXPECT_EQ(world.got(request), circuit);
}

TEST(Pool, builds_one_circuit_for_requests_that_may_share_it) {
  PoolWorld world;
  std::vector<RequestNumber> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(world.request({.port = 443}));
  ASSERT_EQ(world.building.size(), 1U);
  const auto circuit = world.building.begin()->first;
  world.build(circuit);
  for (const auto request : requests) EXPECT_EQ(world.got(request), circuit);
  EXPECT_EQ(world.circuit(circuit)->uses, 20U);
}

TEST(Pool, never_shares_a_circuit_between_those_who_are_isolated) {
  PoolWorld world;
  const auto one = world.request({.port = 443, .isolation = "one"});
  const auto other = world.request({.port = 443, .isolation = "other"});
  ASSERT_EQ(world.building.size(), 2U);
  world.build_all();
  EXPECT_NE(world.got(one), kNone);
  EXPECT_NE(world.got(other), kNone);
  EXPECT_NE(world.got(one), world.got(other));
  EXPECT_EQ(world.got(world.request({.port = 443, .isolation = "one"})), world.got(one));
  EXPECT_EQ(world.got(world.request({.port = 443})), kNone) << "no isolation is another one";
}

TEST(Pool, gives_a_circuit_only_to_wishes_that_its_exit_serves) {
  PoolWorld world;
  world.start(3);
  while (!world.building.empty()) world.build(world.building.begin()->first, 7, "SE");
  EXPECT_NE(world.got(world.request({.port = 443, .countries = {"DE", "SE"}})), kNone);
  EXPECT_EQ(world.got(world.request({.port = 22})), kNone);
  EXPECT_EQ(world.got(world.request({.port = 443, .countries = {"DE"}})), kNone);
  EXPECT_EQ(world.got(world.request({.port = 443, .not_exits = {peer_of(7)}})), kNone);
  EXPECT_EQ(world.got(world.request({.hops = 2, .port = 443})), kNone);
  EXPECT_NE(world.got(world.request({.port = 0})), kNone);
}

TEST(Pool, races_another_circuit_beside_late_ones_and_four_at_most_while_none_fails) {
  PoolWorld world;
  const auto request = world.request({.port = 443});
  for (std::size_t i = 1; i <= PoolLimits::raced; ++i) {
    EXPECT_EQ(world.begun, i);
    world.choose(world.building.rbegin()->first);
    world.wait(PoolLimits::late - 1ms);
    EXPECT_EQ(world.begun, i);
    world.wait(1ms);
  }
  world.wait(10s);
  EXPECT_EQ(world.begun, PoolLimits::raced);
  const auto last = world.building.rbegin()->first;
  world.build(last);
  EXPECT_EQ(world.got(request), last);
  world.build_all();
  EXPECT_EQ(world.spares(), PoolLimits::raced - 1) << "the late ones serve the next requests";
}

TEST(Pool, builds_anew_at_once_after_a_failure_and_more_slowly_after_several) {
  PoolWorld world;
  world.request({.port = 443});
  world.fail(world.building.begin()->first, Errc::timed_out);
  ASSERT_EQ(world.building.size(), 1U) << "at once";
  world.fail(world.building.begin()->first, Errc::timed_out);
  EXPECT_TRUE(world.building.empty());
  world.wait(PoolLimits::first_retry * 5 / 4);
  EXPECT_EQ(world.building.size(), 1U);
  world.fail(world.building.begin()->first, Errc::timed_out);
  world.wait(PoolLimits::first_retry);
  EXPECT_TRUE(world.building.empty());
  world.pool.reconsider(world.now);
  world.fetch();
  EXPECT_EQ(world.building.size(), 1U) << "when something has changed";
}

TEST(Pool, goes_on_without_longer_pauses_while_each_failure_shows_what_to_avoid) {
  PoolWorld world;
  world.request({.port = 443});
  const auto fail_one = [&] { world.fail(world.building.begin()->first, Errc::timed_out, {}, true); };
  fail_one();
  for (unsigned i = 1; i < PoolLimits::lessons; ++i) {
    ASSERT_EQ(world.building.size(), 1U) << i;
    fail_one();
    EXPECT_TRUE(world.building.empty()) << i;
    world.wait(PoolLimits::first_retry);
  }
  // A guard may fail whatever it is asked for.
  fail_one();
  world.wait(PoolLimits::first_retry * 5 / 4);
  fail_one();
  world.wait(PoolLimits::first_retry * 5 / 4);
  EXPECT_TRUE(world.building.empty());
}

TEST(Pool, races_more_circuits_and_sooner_after_a_failure) {
  PoolWorld world;
  const auto request = world.request({.port = 443});
  world.fail(world.building.begin()->first, Errc::timed_out, {}, true);
  for (std::size_t i = 1; i <= PoolLimits::builds_and_late; ++i) {
    ASSERT_EQ(world.building.size(), i);
    world.choose(world.building.rbegin()->first);
    world.wait(PoolLimits::late_in_search);
  }
  world.wait(5s);
  EXPECT_EQ(world.building.size(), PoolLimits::builds_and_late);
  world.build(world.building.rbegin()->first);
  EXPECT_NE(world.got(request), kNone);
}

TEST(Pool, begins_no_more_than_four_circuits_at_once_for_whoever_waits) {
  PoolWorld world;
  for (int i = 0; i < 20; ++i) world.request({.port = 443, .isolation = std::to_string(i)});
  EXPECT_EQ(world.building.size(), PoolLimits::builds);
  world.wait(20s);
  EXPECT_EQ(world.building.size(), PoolLimits::builds_and_late);
}

TEST(Pool, tries_no_more_than_a_few_times_while_a_request_waits) {
  PoolWorld world;
  const auto request = world.request({.port = 443});
  for (int i = 0; i < 300; ++i) {
    while (!world.building.empty()) world.fail(world.building.begin()->first, Errc::timed_out);
    world.wait(100ms);
  }
  EXPECT_TRUE(world.refused(request, Errc::timed_out));
  EXPECT_LT(world.begun, 15U);
  EXPECT_GT(world.begun, 5U);
}

TEST(Pool, refuses_at_once_what_no_attempt_changes) {
  PoolWorld world;
  const auto far = world.request({.port = 443, .countries = {"NZ"}});
  const auto near = world.request({.port = 443});
  ASSERT_EQ(world.building.size(), 2U);
  world.fail(world.building.begin()->first, Errc::no_exit_in_country);
  EXPECT_TRUE(world.refused(far, Errc::no_exit_in_country));
  world.build_all();
  EXPECT_NE(world.got(near), kNone);
  const auto again = world.request({.port = 443, .countries = {"NZ"}});
  ASSERT_EQ(world.building.size(), 1U) << "a refusal makes no pause";
  world.fail(world.building.begin()->first, Errc::no_exit_in_country);
  EXPECT_TRUE(world.refused(again, Errc::no_exit_in_country));
}

TEST(Pool, refuses_a_request_after_its_time_with_what_was_wrong) {
  PoolWorld world;
  const auto first = world.request({.port = 443});
  world.fail(world.building.begin()->first, Errc::no_guard);
  world.wait(PoolLimits::request - 1ms);
  EXPECT_FALSE(world.answers.contains(first));
  world.wait(1ms);
  EXPECT_TRUE(world.refused(first, Errc::no_guard));
  const auto second = world.request({.port = 443, .isolation = "another"});
  world.wait(PoolLimits::request);
  EXPECT_TRUE(world.refused(second, Errc::timed_out));
}

TEST(Pool, refuses_what_is_no_wish_and_more_than_its_bound) {
  PoolWorld world;
  EXPECT_TRUE(world.refused(world.request({.hops = 1}), Errc::bad_wish));
  EXPECT_TRUE(world.refused(world.request({.hops = 6}), Errc::bad_wish));
  EXPECT_TRUE(
      world.refused(world.request({.countries = std::vector<std::string>(33, "SE")}), Errc::bad_wish));
  for (std::size_t i = 0; i < PoolLimits::requests; ++i) world.request({.port = 443});
  EXPECT_TRUE(world.refused(world.request({.port = 443}), Errc::too_many_requests));
}

TEST(Pool, asks_exits_that_lack_something_for_it_no_more_for_a_while) {
  PoolWorld world;
  const auto circuit = world.request({.port = 443});
  world.build(world.building.begin()->first, 7);
  world.answer(world.got(circuit));
  world.pool.declined(world.got(circuit), Decline::port_not_served, 443, world.now);
  world.request({.port = 443});
  ASSERT_EQ(world.building.size(), 1U);
  EXPECT_EQ(world.building.begin()->second.wish.not_exits, std::vector{peer_of(7)});
  EXPECT_EQ(world.got(world.request({.port = 80})), world.got(circuit)) << "another port";
  world.answer(world.got(circuit));
  world.pool.declined(world.got(circuit), Decline::full, 80, world.now);
  EXPECT_EQ(world.got(world.request({.port = 80})), kNone);
  world.wait(PoolLimits::full);
  EXPECT_EQ(world.got(world.request({.port = 80})), world.got(circuit)) << "it has places again";
}

TEST(Pool, answers_all_who_wait_when_it_stops) {
  PoolWorld world;
  world.start(3);
  world.build_all();
  const auto waits = world.request({.port = 22});
  const auto all = world.pool.circuits().size();
  world.pool.stop();
  world.fetch();
  EXPECT_TRUE(world.refused(waits, Errc::stopped));
  EXPECT_EQ(world.closed.size(), all);
  EXPECT_EQ(world.pool.next_deadline(), std::nullopt);
  world.request();
  world.pool.advance(world.now + 1h);
  EXPECT_EQ(world.pool.next_action().has_value(), false);
}

}  // namespace
}  // namespace qnet::path
