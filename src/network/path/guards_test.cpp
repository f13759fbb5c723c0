#include "network/path/guards.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "network/path/testing/chi_square.hpp"
#include "network/path/testing/guard_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::GuardWorld;
using testing::plain_network;

constexpr auto kNobody = [](const peer::PeerId&) { return false; };

std::vector<peer::PeerId> peers_of(const GuardSample& sample) {
  std::vector<peer::PeerId> peers;
  for (const auto& guard : sample.guards) peers.push_back(guard.peer);
  return peers;
}

TEST(Guards, are_three_in_a_large_network_and_fewer_in_a_small_one) {
  EXPECT_EQ(GuardWorld(plain_network(100), 1).guards.sample().guards.size(), 3U);
  EXPECT_EQ(GuardWorld(plain_network(10), 1).guards.sample().guards.size(), 2U);
  EXPECT_EQ(GuardWorld(plain_network(3), 1).guards.sample().guards.size(), 1U);
  EXPECT_TRUE(GuardWorld({}, 1).guards.sample().guards.empty());
}

TEST(Guards, live_for_60_to_120_days) {
  std::set<std::chrono::days::rep> lives;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const GuardWorld world(plain_network(5), seed);
    const auto guard = world.guards.sample().guards.at(0);
    const auto life = guard.until - world.now.wall;
    EXPECT_GE(life, GuardLimits::shortest_life);
    EXPECT_LE(life, GuardLimits::longest_life);
    EXPECT_LE(guard.added, world.now.wall);
    EXPECT_GE(guard.added, world.now.wall - GuardLimits::earlier);
    lives.insert(std::chrono::floor<std::chrono::days>(life).count());
  }
  EXPECT_GT(lives.size(), 50U) << "drawn, not fixed";
}

TEST(Guards, are_the_same_after_a_restart) {
  GuardWorld first(plain_network(100), 1);
  first.connect();
  const auto kept = GuardSample::parse(first.guards.sample().encode()).value();
  const GuardWorld second(plain_network(100), 2, kept);
  EXPECT_EQ(second.guards.sample(), kept);
}

TEST(Guards, are_used_in_their_order) {
  GuardWorld world(plain_network(100), 1);
  const auto peers = peers_of(world.guards.sample());
  const auto choice = world.guards.choice(world.now);
  ASSERT_EQ(choice.usable.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(choice.usable[i].peer, peers[i]);
    EXPECT_TRUE(choice.usable[i].primary);
  }
  EXPECT_EQ(choice.reserved, peers);
}

TEST(Guards, are_dialled_in_four_ways_before_another_is_drawn) {
  GuardWorld world(plain_network(3), 1);
  const auto first = world.guards.sample().guards[0].peer;
  world.answers = kNobody;
  for (int second = 0; second < 30; ++second) {
    world.connect();
    world.wait(1s);
  }
  ASSERT_GT(world.dialled.size(), GuardLimits::variations);
  for (unsigned i = 0; i < GuardLimits::variations; ++i) {
    EXPECT_EQ(world.dialled[i].peer, first);
    EXPECT_EQ(world.dialled[i].attempt, i);
  }
  EXPECT_TRUE(world.guards.status().at(0).down);
  EXPECT_NE(world.dialled[GuardLimits::variations].peer, first);
}

TEST(Guards, that_fail_once_leave_the_next_primary_one_to_be_used) {
  GuardWorld world(plain_network(100), 1);
  const auto peers = peers_of(world.guards.sample());
  world.answers = [&](const peer::PeerId& peer) { return peer != peers[0]; };
  EXPECT_EQ(world.connect().value().peer, peers[1]);
  EXPECT_EQ(world.guards.sample().guards.size(), 3U);
}

TEST(Guards, are_used_again_as_soon_as_they_answer) {
  GuardWorld world(plain_network(100), 1);
  const auto peers = peers_of(world.guards.sample());
  world.answers = kNobody;
  world.connect();
  world.wait(1h);
  world.answers = [](const peer::PeerId&) { return true; };
  world.wait(11min + 11min / 4);
  EXPECT_EQ(world.connect().value().peer, peers[0]) << "without a dial at a circuit's expense";
}

TEST(Guards, beyond_the_primary_ones_are_drawn_one_after_the_other_ever_more_slowly) {
  GuardWorld world(plain_network(100), 1);
  world.answers = kNobody;
  const auto after = [&](std::chrono::minutes time) {
    for (; time > 0min; time -= 5min) {
      world.connect();
      world.wait(5min);
    }
    return world.guards.sample().guards.size();
  };
  EXPECT_EQ(after(5min), 4U) << "at once";
  EXPECT_EQ(after(50min), 4U);
  EXPECT_EQ(after(10min), 5U) << "an hour later";
  EXPECT_EQ(after(22h + 55min), 8U);
  EXPECT_EQ(after(24h * 10), 18U);
  EXPECT_EQ(after(24h * 5), 20U);
}

TEST(Guards, in_use_stay_in_use_while_the_primary_ones_are_tried_again) {
  GuardWorld world(plain_network(100), 1);
  const auto peers = peers_of(world.guards.sample());
  world.answers = [&](const peer::PeerId& peer) { return std::ranges::find(peers, peer) == peers.end(); };
  world.connect();
  world.wait(1min);
  const auto fourth = world.connect().value();
  EXPECT_FALSE(fourth.primary);
  for (int hour = 0; hour < 100; ++hour) {
    world.wait(1h);
    EXPECT_EQ(world.guards.choice(world.now).usable.at(0).peer, fourth.peer);
  }
  EXPECT_EQ(world.guards.sample().guards.size(), 4U);
  const auto reserved = world.guards.choice(world.now).reserved;
  EXPECT_EQ(reserved.size(), 4U) << "no middle is a guard of the client";
}

TEST(Guards, beyond_the_primary_ones_are_used_again_before_new_ones) {
  GuardWorld world(plain_network(100), 1);
  const auto first = peers_of(world.guards.sample());
  world.answers = kNobody;
  while (world.guards.sample().guards.size() < 5) {
    world.connect();
    world.wait(5min);
  }
  const auto fifth = world.guards.sample().guards[4].peer;
  world.answers = [&](const peer::PeerId& peer) { return peer == fifth; };
  ASSERT_EQ(world.connect().value().peer, fifth);
  // Elsewhere the fourth would answer as well, but nobody there knows this client yet.
  world.guards.network_changed();
  world.answers = [&](const peer::PeerId& peer) { return std::ranges::find(first, peer) == first.end(); };
  std::optional<GuardOffer> used;
  for (int i = 0; i < 60 && !used; ++i) {
    used = world.connect();
    world.wait(1s);
  }
  EXPECT_EQ(used.value().peer, fifth);
}

TEST(Guards, that_the_list_lacks_are_kept_for_twenty_days) {
  GuardWorld world(plain_network(100), 1);
  const auto first = world.guards.sample().guards[0].peer;
  const auto all = world.relays.relays();
  auto without = all;
  std::erase_if(without, [&](const RelayFacts& relay) { return relay.peer == first; });
  world.relays = RelayTable(without);
  world.refresh();
  world.wait(24h * 19);
  EXPECT_EQ(world.guards.sample().guards[0].peer, first);
  EXPECT_NE(world.connect().value().peer, first);
  world.relays = RelayTable(all);
  world.wait(1h);
  EXPECT_EQ(world.connect().value().peer, first) << "back";
  world.relays = RelayTable(without);
  world.refresh();
  world.wait(24h * 19);
  EXPECT_EQ(world.guards.sample().guards[0].peer, first) << "the twenty days began anew";
  world.wait(25h);
  EXPECT_NE(world.guards.sample().guards[0].peer, first);
  EXPECT_EQ(world.guards.sample().guards.size(), 3U);
  EXPECT_EQ(world.guards.sample().spent.size(), 1U) << "its place stays taken";
}

TEST(Guards, do_not_end_because_a_list_has_no_relays) {
  GuardWorld world(plain_network(100), 1);
  const auto before = world.guards.sample();
  world.relays = RelayTable({});
  world.wait(24h * 40);
  EXPECT_EQ(world.guards.sample(), before);
}

TEST(Guards, whose_life_is_over_are_replaced_and_leave_their_place) {
  GuardWorld world(plain_network(100), 1);
  const auto before = peers_of(world.guards.sample());
  world.wait(24h * 120);
  const auto after = world.guards.sample();
  EXPECT_EQ(after.guards.size(), 3U);
  EXPECT_TRUE(after.spent.empty());
  for (const auto& guard : after.guards) EXPECT_GT(guard.until, world.now.wall);
  EXPECT_NE(peers_of(after), before);
}

TEST(Guards, of_a_clock_that_was_wrong_live_no_longer_than_any) {
  GuardWorld early(plain_network(100), 1);
  auto kept = early.guards.sample();
  for (auto& guard : kept.guards) {
    guard.added += 24h * 365;
    guard.until += 24h * 365;
  }
  kept.grown = early.now.wall + 24h * 365;
  const GuardWorld world(plain_network(100), 1, kept);
  const auto sample = world.guards.sample();
  EXPECT_EQ(peers_of(sample), peers_of(kept));
  for (const auto& guard : sample.guards) EXPECT_EQ(guard.until, world.now.wall + GuardLimits::longest_life);
  EXPECT_EQ(sample.grown, world.now.wall);
  EXPECT_EQ(GuardSample::parse(sample.encode()).value(), sample);
}

TEST(Guards, share_no_network_with_each_other) {
  std::vector<RelayFacts> relays;
  for (std::uint32_t i = 0; i < 100; ++i) {
    auto relay = testing::relay_of(i);
    relay.addresses = {ip::IpAddress(ip::IpAddress::V4Bytes{9, static_cast<std::uint8_t>(i % 2), 0, 1})};
    relays.push_back(relay);
  }
  const GuardWorld world(relays, 1);
  EXPECT_EQ(world.guards.sample().guards.size(), 2U) << "there are two networks";
}

TEST(Guards, are_no_exits_where_exits_are_few) {
  auto relays = plain_network(6);
  for (std::size_t i = 0; i < relays.size(); ++i) relays[i].exits = i < 2;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto peer = GuardWorld(relays, seed).guards.sample().guards.front().peer;
    EXPECT_TRUE(peer != relays[0].peer && peer != relays[1].peer);
  }
  for (auto& relay : relays) relay.exits = true;
  EXPECT_EQ(GuardWorld(relays, 1).guards.sample().guards.size(), 1U) << "there are no others";
}

TEST(Guards, are_never_the_only_exit) {
  auto relays = plain_network(3);
  for (auto& relay : relays) relay.exits = false;
  relays.front().exits = true;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto sample = GuardWorld(relays, seed).guards.sample();
    ASSERT_EQ(sample.guards.size(), 1U);
    EXPECT_NE(sample.guards.front().peer, relays.front().peer);
  }
  // Nor is a relay of its family.
  relays[0].family = relays[1].family = Family{7};
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    EXPECT_EQ(GuardWorld(relays, seed).guards.sample().guards.front().peer, relays[2].peer);
}

TEST(Guards, count_dials_side_by_side_once) {
  GuardWorld world(plain_network(100), 1);
  const auto first = world.guards.sample().guards[0].peer;
  world.guards.begun(first);
  world.guards.begun(first);
  world.guards.failed(first, world.now);
  world.guards.failed(first, world.now);
  world.wait(0s);
  EXPECT_EQ(world.guards.status()[0].down, false);
  EXPECT_TRUE(world.guards.due({world.now.wall, world.now.steady + 3s}).at(0).attempt == 1);
}

TEST(Guards, are_drawn_by_weight_over_a_hundred_thousand_clients) {
  std::vector<RelayFacts> network;
  for (std::uint32_t i = 0; i < 30; ++i)
    network.push_back(testing::measured(testing::relay_of(i, i % 3 == 0), 1000 + i * i * 100));
  const RelayTable relays(network);
  const auto weights = relays.weights(Position::inner);
  double whole = 0;
  for (const auto weight : weights) whole += weight;
  std::vector<double> chances;
  for (const auto weight : weights) chances.push_back(weight / whole);
  std::vector<std::size_t> counts(network.size());
  base::testing::SeededRandom random{7};
  for (int i = 0; i < 100'000; ++i) {
    Guards guards({}, random);
    guards.update(relays, {WallTime(24h * 20'000), SteadyTime(1h)});
    ++counts[relays.find(guards.sample().guards.at(0).peer).value()];
  }
  EXPECT_LT(testing::chi_square_excess(counts, chances), 1);
}

}  // namespace
}  // namespace qnet::path
