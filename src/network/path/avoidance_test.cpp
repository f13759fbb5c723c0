#include "network/path/avoidance.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::peer_of;

constexpr SteadyTime kStart{std::chrono::hours(1000)};

bool avoids(const Avoidance& avoidance, std::uint32_t relay, SteadyTime now) {
  const auto all = avoidance.relays(now);
  return std::ranges::find(all, peer_of(relay)) != all.end();
}

bool avoids(const Avoidance& avoidance, std::uint32_t one, std::uint32_t other, SteadyTime now) {
  const auto all = avoidance.neighbours(peer_of(one), now);
  return std::ranges::find(all, peer_of(other)) != all.end();
}

TEST(Avoidance, blames_the_pair_and_neither_of_the_two) {
  Avoidance avoidance;
  avoidance.pair_failed(peer_of(1), peer_of(2), kStart);
  avoidance.found_path();
  EXPECT_TRUE(avoids(avoidance, 1, 2, kStart));
  EXPECT_TRUE(avoids(avoidance, 2, 1, kStart));
  EXPECT_FALSE(avoids(avoidance, 1, 3, kStart));
  EXPECT_FALSE(avoids(avoidance, 1, kStart));
  EXPECT_FALSE(avoids(avoidance, 2, kStart));
  EXPECT_FALSE(avoids(avoidance, 1, 2, kStart + AvoidanceLimits::first));
}

TEST(Avoidance, grows_with_each_failure_up_to_a_day) {
  Avoidance avoidance;
  auto now = kStart;
  for (const auto expected : {1min, 2min, 4min, 8min}) {
    avoidance.pair_failed(peer_of(2), peer_of(1), now);
    avoidance.found_path();
    EXPECT_TRUE(avoids(avoidance, 1, 2, now + expected - 1ms));
    EXPECT_FALSE(avoids(avoidance, 1, 2, now + expected));
    now += expected;
  }
  for (int i = 0; i < 100; ++i) avoidance.pair_failed(peer_of(1), peer_of(2), now);
  EXPECT_TRUE(avoids(avoidance, 1, 2, now + 24h - 1ms));
  EXPECT_FALSE(avoids(avoidance, 1, 2, now + 24h));
}

TEST(Avoidance, forgives_a_failure_for_each_six_hours) {
  Avoidance avoidance;
  for (int i = 0; i < 4; ++i) avoidance.relay_failed(peer_of(1), kStart);
  EXPECT_TRUE(avoids(avoidance, 1, kStart + 8min - 1ms));
  const auto later = kStart + 18h;  // three of the four
  avoidance.relay_failed(peer_of(1), later);
  EXPECT_TRUE(avoids(avoidance, 1, later + 2min - 1ms));
  EXPECT_FALSE(avoids(avoidance, 1, later + 2min));
}

TEST(Avoidance, takes_a_relay_for_the_cause_that_fails_with_three_neighbours) {
  Avoidance avoidance;
  avoidance.pair_failed(peer_of(9), peer_of(1), kStart);
  avoidance.pair_failed(peer_of(2), peer_of(9), kStart);
  avoidance.pair_failed(peer_of(2), peer_of(9), kStart);
  EXPECT_FALSE(avoids(avoidance, 9, kStart)) << "two neighbours, three failures";
  avoidance.pair_failed(peer_of(9), peer_of(3), kStart);
  EXPECT_TRUE(avoids(avoidance, 9, kStart));
  EXPECT_FALSE(avoids(avoidance, 2, kStart));
  EXPECT_FALSE(avoids(avoidance, 9, kStart + 1min)) << "two of the three are over";
}

TEST(Avoidance, forgets_a_pair_that_works_and_not_what_a_relay_did_alone) {
  Avoidance avoidance;
  avoidance.pair_failed(peer_of(1), peer_of(2), kStart);
  avoidance.relay_failed(peer_of(1), kStart);
  avoidance.pair_worked(peer_of(2), peer_of(1));
  EXPECT_FALSE(avoids(avoidance, 1, 2, kStart));
  EXPECT_TRUE(avoids(avoidance, 1, kStart));
}

TEST(Avoidance, forgets_the_oldest_when_full) {
  Avoidance avoidance;
  for (std::uint32_t i = 0; i <= AvoidanceLimits::remembered; ++i) avoidance.relay_failed(peer_of(i), kStart);
  EXPECT_FALSE(avoids(avoidance, 0, kStart));
  EXPECT_TRUE(avoids(avoidance, 1, kStart));
  EXPECT_EQ(avoidance.relays(kStart).size(), AvoidanceLimits::remembered);
}

TEST(Avoidance, tells_what_is_certain_from_what_is_under_suspicion) {
  using Counted = Avoidance::Counted;
  Avoidance avoidance;
  avoidance.pair_suspected(peer_of(1), peer_of(2), kStart);
  avoidance.pair_failed(peer_of(1), peer_of(3), kStart);
  avoidance.relay_failed(peer_of(8), kStart);
  EXPECT_EQ(avoidance.neighbours(peer_of(1), kStart).size(), 2U);
  EXPECT_EQ(avoidance.neighbours(peer_of(1), kStart, Counted::certain), std::vector{peer_of(3)});
  // A relay whose neighbours are gone is under suspicion itself.
  avoidance.pair_failed(peer_of(1), peer_of(4), kStart);
  EXPECT_EQ(avoidance.relays(kStart).size(), 2U);
  EXPECT_EQ(avoidance.relays(kStart, Counted::certain), std::vector{peer_of(8)});
}

TEST(Avoidance, a_suspicion_makes_nothing_certain_and_ends_no_certainty) {
  using Counted = Avoidance::Counted;
  Avoidance avoidance;
  avoidance.pair_failed(peer_of(1), peer_of(2), kStart);
  avoidance.found_path();
  avoidance.pair_suspected(peer_of(2), peer_of(1), kStart + std::chrono::seconds(1));
  const auto within = kStart + AvoidanceLimits::first - std::chrono::milliseconds(1);
  EXPECT_EQ(avoidance.neighbours(peer_of(1), within, Counted::certain).size(), 1U);
  const auto after = kStart + AvoidanceLimits::first;
  EXPECT_TRUE(avoidance.neighbours(peer_of(1), after, Counted::certain).empty());
  EXPECT_EQ(avoidance.neighbours(peer_of(1), after).size(), 1U) << "two failures are avoided for longer";
}

TEST(Avoidance, tries_nothing_certain_twice_while_a_path_is_searched) {
  using Counted = Avoidance::Counted;
  Avoidance avoidance;
  avoidance.pair_failed(peer_of(1), peer_of(2), kStart);
  avoidance.pair_suspected(peer_of(1), peer_of(3), kStart);
  const auto later = kStart + AvoidanceLimits::first;
  EXPECT_EQ(avoidance.neighbours(peer_of(1), later, Counted::certain), std::vector{peer_of(2)});
  EXPECT_EQ(avoidance.neighbours(peer_of(1), later), std::vector{peer_of(2)}) << "but a suspicion is over";
  EXPECT_TRUE(avoidance.neighbours(peer_of(1), kStart + AvoidanceLimits::search).empty());
  avoidance.found_path();
  EXPECT_TRUE(avoidance.neighbours(peer_of(1), later).empty()) << "a circuit was built: it is over";
  avoidance.pair_failed(peer_of(1), peer_of(2), later);
  avoidance.found_path();
  avoidance.pair_failed(peer_of(1), peer_of(3), later);
  EXPECT_EQ(avoidance.neighbours(peer_of(1), later, Counted::certain).size(), 2U);
  EXPECT_EQ(avoidance.neighbours(peer_of(1), later, Counted::searched), std::vector{peer_of(3)});
  EXPECT_EQ(avoidance.neighbours(peer_of(1), later + AvoidanceLimits::search - 1ms), std::vector{peer_of(3)});
}

}  // namespace
}  // namespace qnet::path
