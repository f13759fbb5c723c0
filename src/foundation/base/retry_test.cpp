#include "foundation/base/retry.hpp"

#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::base {
namespace {

using namespace std::chrono_literals;

class ClockWatchTest : public ::testing::Test {
 protected:
  bool looked(std::chrono::seconds wall, std::chrono::seconds steady) {
    return watch_.jumped(std::chrono::system_clock::time_point(wall),
                         std::chrono::steady_clock::time_point(steady));
  }
  ClockWatch watch_;
};

TEST_F(ClockWatchTest, time_that_passes_is_no_jump) {
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_FALSE(looked(1005s, 15s));
  EXPECT_FALSE(looked(1035s, 44s));
}

TEST_F(ClockWatchTest, a_clock_that_is_set_is_noticed_once) {
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_TRUE(looked(5000s, 15s));
  EXPECT_FALSE(looked(5005s, 20s));
  EXPECT_TRUE(looked(1000s, 25s));
}

TEST_F(ClockWatchTest, a_sleep_is_noticed) {
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_TRUE(looked(1000s + 8h, 11s)) << "the steady clock slept too";
}

TEST(Backoff, has_jitter) {
  testing::SeededRandom random(5);
  std::set<std::chrono::milliseconds> seen;
  for (int i = 0; i < 20; ++i) seen.insert(Backoff(1s, 60s).next(random));
  EXPECT_GT(seen.size(), 10U);
}

TEST(Backoff, doubles_its_pauses_up_to_the_longest_and_begins_anew_when_reset) {
  testing::SeededRandom random(5);
  Backoff backoff(100ms, 300ms);
  const auto next_is_around = [&](std::chrono::milliseconds middle) {
    const auto pause = backoff.next(random);
    return pause >= middle - middle / 4 && pause <= middle + middle / 4;
  };
  EXPECT_TRUE(next_is_around(100ms));
  EXPECT_TRUE(next_is_around(200ms));
  EXPECT_TRUE(next_is_around(300ms));
  EXPECT_TRUE(next_is_around(300ms));
  backoff.reset();
  EXPECT_TRUE(next_is_around(100ms));
}

}  // namespace
}  // namespace qnet::base
