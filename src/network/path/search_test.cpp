// How soon a client finds a path where most relays are gone: thousands of searches in virtual time.
#include <algorithm>

#include <gtest/gtest.h>

#include "network/path/testing/search_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::SearchWorld;
using Milliseconds = std::chrono::milliseconds;
using Relay = SearchWorld::Relay;

struct Kind {
  std::uint32_t relays = 10;
  std::uint32_t live_middles = 1;
  std::uint32_t live_exits = 1;
  std::uint32_t silent_percent = 100;
  bool learned = false;
};

struct Result {
  std::vector<Milliseconds> times;
  std::vector<std::size_t> attempts;
  std::size_t most_at_once = 0;
  std::size_t repeated = 0;
};

/// The guard, then as many exits as other relays. Which of both live is drawn.
SearchWorld world_of(const Kind& kind, std::uint64_t seed) {
  base::testing::SeededRandom dice(seed);
  std::vector<RelayFacts> facts;
  std::vector<Relay> how;
  for (std::uint32_t i = 0; i < kind.relays; ++i) {
    facts.push_back(testing::relay_of(i, i % 2 == 1));
    how.push_back(dice.below(100) < kind.silent_percent ? Relay::silent : Relay::refuses);
  }
  how[0] = Relay::lives;
  const auto revive = [&](std::uint32_t count, bool exits) {
    while (count > 0) {
      const auto i = dice.below(kind.relays);
      if (facts[i].exits != exits || how[i] == Relay::lives) continue;
      how[i] = Relay::lives;
      --count;
    }
  };
  revive(kind.live_middles, false);
  revive(kind.live_exits, true);
  return {seed * 31 + 7, std::move(facts), std::move(how)};
}

Result searches(const Kind& kind, std::uint64_t count) {
  Result result;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    auto world = world_of(kind, seed);
    if (kind.learned) world.has_learned();
    result.times.push_back(world.search(10min));
    result.attempts.push_back(world.attempts);
    result.most_at_once = std::max(result.most_at_once, world.most_at_once);
    result.repeated += world.repeated;
  }
  std::ranges::sort(result.times);
  std::ranges::sort(result.attempts);
  return result;
}

template <class T>
T percentile(const std::vector<T>& sorted, std::size_t percent) {
  return sorted.at((sorted.size() * percent - 1) / 100);
}

/// `relays` with so many live middles and exits, where none, half or all of the others are silent, for a
/// client that has just started and one that knows how long builds take.
void all_find(std::uint32_t relays, std::uint32_t live, Milliseconds within, std::size_t attempts) {
  for (const std::uint32_t silent : {100U, 50U, 0U})
    for (const bool learned : {false, true}) {
      const Kind kind{relays, live, live, silent, learned};
      const auto result = searches(kind, 300);
      const auto what = ::testing::Message() << relays << " relays, " << live << " live of each kind, "
                                             << silent << " % silent, " << (learned ? "warm" : "cold");
      EXPECT_LE(percentile(result.times, 99), within) << what;
      EXPECT_LE(percentile(result.attempts, 99), attempts) << what;
      EXPECT_LE(result.most_at_once, PoolLimits::builds_and_late) << what;
      EXPECT_EQ(result.repeated, 0U) << what << ": a failure that was certain is tried twice";
    }
}

TEST(Search, finds_the_only_path_among_ten_relays) { all_find(10, 1, 15s, 17); }
TEST(Search, finds_a_path_among_sixteen_relays_of_which_five_live) { all_find(16, 2, 17s, 30); }
TEST(Search, finds_a_path_among_twenty_four_relays_of_which_five_live) { all_find(24, 2, 26s, 50); }

}  // namespace
}  // namespace qnet::path
