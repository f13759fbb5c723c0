// Guards under a clock that somebody sets: he gains no draw by it.
#include <set>

#include <gtest/gtest.h>

#include "network/path/testing/guard_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::GuardWorld;
using testing::plain_network;

TEST(GuardDates, are_not_judged_by_a_clock_that_does_not_fit_the_list) {
  GuardWorld world(plain_network(100), 1);
  const auto before = world.guards.sample();
  for (const auto off : {24h * 131, -24h * 131, -24h * 21'000, 24h * 100'000, 0h}) {
    world.set_clock(off);
    world.refresh();
    EXPECT_EQ(world.guards.sample(), before) << off.count();
  }
}

TEST(GuardDates, do_not_mark_a_guard_as_missing_by_a_clock_that_does_not_fit) {
  GuardWorld world(plain_network(100), 1);
  auto others = plain_network(100);
  std::erase_if(others, [&](const RelayFacts& relay) {
    return relay.peer == world.guards.sample().guards.front().peer;
  });
  world.relays = RelayTable(others);
  const auto before = world.guards.sample();
  world.set_clock(-24h * 131);
  world.refresh();
  EXPECT_EQ(world.guards.sample(), before);
  EXPECT_TRUE(world.guards.status().front().down) << "but it is not used";
  world.set_clock(0s);
  world.refresh();
  EXPECT_EQ(world.guards.sample().guards.front().unlisted, world.now.wall);
}

TEST(GuardDates, that_come_before_a_life_is_over_leave_its_place_taken) {
  GuardWorld world(plain_network(100), 1);
  const auto until = world.guards.sample().guards.front().until;
  const auto left = until - world.now.wall;
  // An attacker that can set the clock, and give a list that fits it.
  const Now forged{until, world.now.steady};
  world.guards.update(world.relays, forged);
  const auto sample = world.guards.sample();
  ASSERT_FALSE(sample.spent.empty());
  EXPECT_NE(std::ranges::find(sample.spent, until + left), sample.spent.end());
}

TEST(GuardDates, give_no_guard_sooner_than_the_pause_allows) {
  GuardWorld world(plain_network(200), 1);
  world.answers = [](const peer::PeerId&) { return false; };
  for (auto time = 0h; time < 24h; time += 1h) {
    (void)world.connect();
    world.wait(1h);
    for (const auto off : {23h, 0h}) {
      world.set_clock(off);
      world.refresh();
    }
  }
  EXPECT_LE(world.guards.sample().guards.size(), 8U) << "as in a day of blocking (guards_property_test.cpp)";
}

TEST(GuardSample, of_a_clock_before_1970_can_be_read_again) {
  GuardWorld world(plain_network(100), 1);
  auto sample = world.guards.sample();
  sample.guards.front().confirmed = WallTime(-5s);
  sample.guards.front().unlisted = WallTime(-24h * 400'000);
  sample.spent = {WallTime(-1s), WallTime(24h * 10'000'000)};
  sample.grown = WallTime(-7s);
  EXPECT_TRUE(GuardSample::parse(sample.encode()));
}

/// A year in which the clock is set at random, also by what a list still fits, and the program starts again.
class ForgedYear {
 public:
  explicit ForgedYear(std::uint64_t seed)
      : dice_(seed * 7919),
        world_(std::make_unique<GuardWorld>(plain_network(200), seed)),
        blocks_(seed % 2 == 0) {}

  void run() {
    for (; passed_ < 24h * 365 && !::testing::Test::HasFailure(); step()) {
    }
  }
  [[nodiscard]] std::size_t ever() const { return ever_.size(); }

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }
  void step() {
    if (below(40) == 0) restart();
    world_->set_clock(clock());
    world_->answers = [blocked = blocks_ && below(4) == 0](const peer::PeerId&) { return !blocked; };
    world_->refresh();
    (void)world_->connect();
    const std::chrono::hours time(below(12));
    world_->wait(time);
    passed_ += time;
    for (const auto& guard : world_->guards.sample().guards) ever_.insert({guard.peer.key(), guard.until});
    EXPECT_LE(world_->guards.sample().guards.size() + world_->guards.sample().spent.size(),
              GuardLimits::ever);
  }
  std::chrono::seconds clock() {
    switch (below(4)) {
      case 0: return 0s;
      case 1: return std::chrono::minutes(below(25 * 60)) - 1h;
      default: return std::chrono::hours(below(24 * 600)) - std::chrono::hours(24 * 300);
    }
  }
  void restart() {
    const auto kept = GuardSample::parse(world_->guards.sample().encode());
    ASSERT_TRUE(kept) << kept.error().message();
    auto start = GuardWorld::kStart;
    start.wall += passed_;
    start.steady += passed_;
    world_ = std::make_unique<GuardWorld>(plain_network(200), below(1'000'000), *kept, start);
  }

  base::testing::SeededRandom dice_;
  std::unique_ptr<GuardWorld> world_;
  bool blocks_;
  std::chrono::hours passed_{};
  std::set<std::pair<directory::PeerKey, WallTime>> ever_;
};

TEST(GuardDates, of_random_clocks_never_give_more_guards_than_the_rule) {
  for (std::uint64_t seed = 1; seed <= 20 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    ForgedYear year(seed);
    year.run();
    // Three at a time, for sixty days each at least, but for the day that a list leaves open; and twenty at a
    // time where a censor blocks them all again and again.
    const auto lives = 1U + 365U / 58U;
    EXPECT_LE(year.ever(), (seed % 2 == 0 ? GuardLimits::ever : GuardLimits::primary) * lives);
    EXPECT_GE(year.ever(), 6U) << "lives end all the same";
  }
}

}  // namespace
}  // namespace qnet::path
