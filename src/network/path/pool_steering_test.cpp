// Who makes a client ask for what one exit alone serves has chosen an exit: for that, and for nothing else.
#include <gtest/gtest.h>

#include "network/path/testing/pool_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::PoolWorld;

constexpr std::uint16_t kRare = 50'000;
constexpr std::uint32_t kAttackers = 99;

/// A browser, all of one isolation, and a page in it.
class SteeredWorld : public PoolWorld {
 public:
  SteeredWorld() {
    start(3);
    build_everything();
  }
  /// Only the attacker's exit serves the rare port, and nobody else draws that exit: it is slow.
  void build_everything() {
    while (!building.empty()) {
      const auto [number, action] = *building.begin();
      build(number, action.wish.port == kRare ? kAttackers : 1 + random.below(98));
    }
  }
  bool ends_at_attackers(std::uint16_t port, std::string isolation = {}) {
    const auto number = request({.port = port, .isolation = std::move(isolation)});
    build_everything();
    const auto circuit_number = got(number);
    answer(circuit_number);
    release(circuit_number);
    return circuit(circuit_number)->exit->peer == testing::peer_of(kAttackers);
  }
};

TEST(PoolSteering, a_page_that_asks_for_a_rare_port_moves_no_other_request) {
  for (const auto every : {20s, 60s, 300s, 600s, 3600s}) {
    SteeredWorld world;
    for (auto time = 0s; time < 4h; time += 20s) {
      if (time % every == 0s) {
        EXPECT_TRUE(world.ends_at_attackers(kRare));
      }
      EXPECT_FALSE(world.ends_at_attackers(443)) << every.count() << " s";
      EXPECT_FALSE(world.ends_at_attackers(80)) << every.count() << " s";
      world.wait(20s);
      world.build_everything();
    }
  }
}

TEST(PoolSteering, a_spare_for_a_rare_port_takes_no_other_request_and_nobodys_place) {
  SteeredWorld world;
  EXPECT_TRUE(world.ends_at_attackers(kRare));
  for (int i = 0; i < 60; ++i) {
    world.wait(61s);
    world.build_everything();
    EXPECT_FALSE(world.ends_at_attackers(443, std::to_string(i)));
    EXPECT_GE(world.spares(), PoolLimits::spares);
  }
}

TEST(PoolSteering, a_port_that_nobody_serves_has_no_spare) {
  SteeredWorld world;
  const auto request = world.request({.port = kRare});
  for (const auto& [number, action] : std::map(world.building))
    if (action.wish.port == kRare) world.fail(number, Errc::no_exit_for_port);
  EXPECT_TRUE(world.refused(request, Errc::no_exit_for_port));
  const auto begun = world.begun;
  world.wait(30min);
  EXPECT_EQ(world.begun, begun);
}

TEST(PoolSteering, circuits_for_rare_ports_leave_room_for_all_others) {
  SteeredWorld world;
  std::size_t served = 0;
  for (std::uint16_t port = kRare; port < kRare + 40; ++port) {
    const auto request = world.request({.port = port});
    while (!world.building.empty()) world.build(world.building.begin()->first, kAttackers);
    served += world.got(request) != testing::kNone ? 1 : 0;  // each stays in use
  }
  EXPECT_EQ(served, PoolLimits::unusual);
  EXPECT_FALSE(world.ends_at_attackers(443, "somebody else"));
}

TEST(PoolSteering, a_network_that_changes_all_the_time_draws_exits_once_in_ten_minutes) {
  SteeredWorld world;
  std::set<CircuitNumber> used;
  for (auto time = 0s; time < 1h; time += 2s) {
    world.pool.network_changed(world.now);
    world.fetch();
    world.build_everything();
    const auto request = world.request({.port = 443});
    world.build_everything();
    used.insert(world.got(request));
    world.answer(world.got(request));
    world.release(world.got(request));
    world.wait(2s);
  }
  EXPECT_LE(used.size(), 12U) << "by age, and by the network, each once in ten minutes";
  world.pool.renew(world.now);
  world.fetch();
  world.build_everything();
  EXPECT_FALSE(used.contains(world.got(world.request({.port = 443})))) << "a person's wish counts at once";
}

TEST(PoolSteering, an_exit_that_was_drawn_in_one_country_serves_only_who_asks_for_it) {
  PoolWorld world;
  const auto first = world.request({.port = 443, .countries = {"SE"}});
  const auto late = world.building.begin()->first;
  world.wait(PoolLimits::late);
  world.build(std::next(world.building.begin())->first);
  EXPECT_NE(world.got(first), late);
  world.build(late);  // nobody needs it any more: it is clean
  ASSERT_TRUE(world.circuit(late)->clean());
  EXPECT_EQ(world.got(world.request({.port = 443, .isolation = "anywhere"})), testing::kNone);
  EXPECT_EQ(world.got(world.request({.port = 443, .countries = {"SE"}, .isolation = "SE"})), late);
}

}  // namespace
}  // namespace qnet::path
