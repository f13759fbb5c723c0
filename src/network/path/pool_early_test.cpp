// Requests that travel with a circuit's first message.
#include <gtest/gtest.h>

#include "network/path/testing/pool_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::PoolWorld;

class PoolEarly : public ::testing::Test {
 protected:
  /// The circuit is begun: its guard's session is there.
  std::optional<RequestNumber> begin(CircuitNumber circuit) {
    const auto taken = world_.pool.take_early(circuit, world_.now);
    world_.fetch();
    return taken;
  }
  RequestNumber request(std::string isolation = {}, bool early = true) {
    return world_.request({.port = 443, .isolation = std::move(isolation), .early = early});
  }
  [[nodiscard]] CircuitNumber first_built() const { return world_.building.begin()->first; }
  PoolWorld world_;
};

TEST_F(PoolEarly, a_request_travels_with_the_circuit_that_is_built_for_it) {
  const auto asked = request();
  const auto circuit = first_built();
  EXPECT_EQ(begin(circuit), asked);
  world_.build(circuit);
  EXPECT_EQ(world_.got(asked), circuit);
}

TEST_F(PoolEarly, a_request_travels_with_a_spare_that_it_waits_for) {
  world_.start(3);
  const auto circuit = first_built();
  const auto asked = request();
  EXPECT_EQ(begin(circuit), asked);
  world_.build(circuit);
  EXPECT_EQ(world_.got(asked), circuit);
}

TEST_F(PoolEarly, nothing_travels_with_a_circuit_that_nobody_waits_for) {
  world_.start(3);
  EXPECT_EQ(begin(first_built()), std::nullopt);
  EXPECT_TRUE(world_.circuit(first_built())->clean());
}

TEST_F(PoolEarly, a_request_that_must_not_travel_early_waits) {
  const auto asked = request({}, false);
  const auto circuit = first_built();
  EXPECT_EQ(begin(circuit), std::nullopt);
  world_.build(circuit);
  EXPECT_EQ(world_.got(asked), circuit);
}

TEST_F(PoolEarly, a_circuit_that_stands_carries_nothing_early) {
  world_.start(3);
  world_.build_all();
  const auto asked = request();
  const auto circuit = world_.got(asked);
  ASSERT_NE(circuit, CircuitNumber{});
  EXPECT_EQ(begin(circuit), std::nullopt);
}

TEST_F(PoolEarly, the_others_who_wait_share_the_circuit) {
  const auto one = request();
  const auto other = request();
  ASSERT_EQ(world_.building.size(), 1U);
  const auto circuit = first_built();
  EXPECT_EQ(begin(circuit), one);
  EXPECT_EQ(begin(circuit), std::nullopt) << "one request for each first message";
  world_.build(circuit);
  EXPECT_EQ(world_.got(one), circuit);
  EXPECT_EQ(world_.got(other), circuit);
}

TEST_F(PoolEarly, the_circuit_is_nobody_elses_from_then_on) {
  const auto alice = request("alice");
  const auto circuit = first_built();
  EXPECT_EQ(begin(circuit), alice);
  // Another circuit serves her first: this one has seen what she wants all the same.
  world_.choose(circuit);
  world_.wait(PoolLimits::late);
  ASSERT_EQ(world_.building.size(), 2U);
  const auto second = world_.building.rbegin()->first;
  world_.build(second, 2);
  EXPECT_EQ(world_.got(alice), second);
  const auto bob = request("bob");
  world_.build(circuit);
  EXPECT_NE(world_.got(bob), circuit);
  world_.build_all();
  EXPECT_NE(world_.got(bob), CircuitNumber{});
  EXPECT_NE(world_.got(bob), circuit);
  EXPECT_FALSE(world_.circuit(circuit)->clean());
}

TEST_F(PoolEarly, a_request_waits_for_its_circuit_a_little_when_another_one_is_faster) {
  world_.start(3);
  ASSERT_EQ(world_.building.size(), 2U);
  const auto carrier = world_.building.begin()->first;
  const auto faster = world_.building.rbegin()->first;
  const auto asked = request();
  EXPECT_EQ(begin(carrier), asked);
  world_.choose(carrier);
  world_.wait(300ms);
  world_.build(faster, 2);
  world_.wait(299ms);
  EXPECT_EQ(world_.got(asked), CircuitNumber{});
  world_.wait(1ms);
  EXPECT_EQ(world_.got(asked), faster) << "as long again as the other one took";
}

TEST_F(PoolEarly, a_request_gets_its_own_circuit_when_another_one_is_a_little_faster) {
  world_.start(3);
  const auto carrier = world_.building.begin()->first;
  const auto faster = world_.building.rbegin()->first;
  const auto asked = request();
  EXPECT_EQ(begin(carrier), asked);
  world_.wait(300ms);
  world_.build(faster, 2);
  world_.wait(100ms);
  world_.build(carrier);
  EXPECT_EQ(world_.got(asked), carrier);
  EXPECT_TRUE(world_.circuit(faster)->clean());
}

TEST_F(PoolEarly, a_request_takes_another_circuit_at_once_when_its_own_fails) {
  world_.start(3);
  const auto carrier = world_.building.begin()->first;
  const auto other = world_.building.rbegin()->first;
  const auto asked = request();
  EXPECT_EQ(begin(carrier), asked);
  world_.wait(300ms);
  world_.build(other, 2);
  world_.fail(carrier, Errc::timed_out);
  EXPECT_EQ(world_.got(asked), other);
}

TEST_F(PoolEarly, a_request_travels_once) {
  const auto asked = request();
  const auto lost = first_built();
  EXPECT_EQ(begin(lost), asked);
  world_.fail(lost, Errc::timed_out);
  ASSERT_EQ(world_.building.size(), 1U);
  const auto next = first_built();
  EXPECT_EQ(begin(next), std::nullopt);
  world_.build(next);
  EXPECT_EQ(world_.got(asked), next);
}

TEST_F(PoolEarly, the_second_circuit_beside_a_late_one_carries_nothing) {
  const auto asked = request();
  const auto late = first_built();
  EXPECT_EQ(begin(late), asked);
  world_.choose(late);
  world_.wait(PoolLimits::late);
  ASSERT_EQ(world_.building.size(), 2U);
  EXPECT_EQ(begin(world_.building.rbegin()->first), std::nullopt);
}

TEST_F(PoolEarly, a_circuit_that_was_taken_early_counts_as_taken) {
  world_.start(3);
  (void)request();
  while (!world_.building.empty()) {
    const auto circuit = first_built();
    (void)begin(circuit);
    world_.build(circuit);
    world_.wait(PoolLimits::spare_pause);
  }
  EXPECT_EQ(world_.spares(), PoolLimits::spares + 1) << "one more for each taken in the last minute";
}

}  // namespace
}  // namespace qnet::path
