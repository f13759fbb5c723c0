#include "transport/htx/replay_cache.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::htx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'800'000'000)};

class Replays : public ::testing::Test {
 protected:
  crypto::X25519Public fresh() {
    crypto::X25519Public key{};
    random.fill(key);
    return key;
  }
  base::testing::SeededRandom random{3};
  ReplayCache cache{random};
};

TEST_F(Replays, are_refused_for_at_least_twenty_minutes) {
  const auto key = fresh();
  EXPECT_TRUE(cache.admit(key, kNow));
  for (int minute = 0; minute <= 20; ++minute)
    EXPECT_FALSE(cache.admit(key, kNow + minutes(minute))) << minute;
}

TEST_F(Replays, are_refused_across_a_change_of_generation) {
  ASSERT_TRUE(cache.admit(fresh(), kNow));
  const auto key = fresh();
  EXPECT_TRUE(cache.admit(key, kNow + minutes(19)));
  for (int minute = 20; minute <= 39; ++minute) {
    ASSERT_TRUE(cache.admit(fresh(), kNow + minutes(minute)));
    EXPECT_FALSE(cache.admit(key, kNow + minutes(minute))) << minute;
  }
}

TEST_F(Replays, are_refused_when_the_clock_is_set_back) {
  const auto key = fresh();
  EXPECT_TRUE(cache.admit(key, kNow));
  EXPECT_FALSE(cache.admit(key, kNow - minutes(9)));
}

TEST_F(Replays, are_refused_for_twenty_minutes_after_the_clock_was_set_back) {
  const auto key = fresh();
  ASSERT_TRUE(cache.admit(fresh(), kNow));
  EXPECT_TRUE(cache.admit(key, kNow + minutes(19)));
  const auto back = kNow - std::chrono::days(3);
  for (int minute = 0; minute <= 20; ++minute) {
    EXPECT_TRUE(cache.admit(fresh(), back + minutes(minute)));
    EXPECT_FALSE(cache.admit(key, back + minutes(minute))) << minute;
  }
}

TEST_F(Replays, forgets_what_no_longer_matters) {
  for (int minute = 0; minute < 600; ++minute) {
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(cache.admit(fresh(), kNow + minutes(minute)));
  }
  EXPECT_LE(cache.size(), 2U * 20U * 10U);
}

TEST(ReplayCache, answers_nobody_new_when_full) {
  base::testing::SeededRandom random(5);
  ReplayCache cache(random, 100);
  crypto::X25519Public key{};
  for (std::uint8_t i = 0; i < 100; ++i) {
    key[0] = i;
    EXPECT_TRUE(cache.admit(key, kNow));
  }
  key[0] = 100;
  EXPECT_FALSE(cache.admit(key, kNow));
  EXPECT_EQ(cache.size(), 100U);
  EXPECT_TRUE(cache.admit(key, kNow + minutes(21)));
}

TEST(ReplayCache, whose_clock_was_ahead_takes_new_ones_once_it_is_right) {
  base::testing::SeededRandom random(6);
  ReplayCache cache(random, 1000, minutes(5));
  crypto::X25519Public key{};
  random.fill(key);
  EXPECT_TRUE(cache.admit(key, kNow + std::chrono::days(30)));
  for (auto at = kNow; at < kNow + std::chrono::hours(24); at += seconds(10)) {
    random.fill(key);
    ASSERT_TRUE(cache.admit(key, at)) << (at - kNow).count();
  }
}

}  // namespace
}  // namespace qnet::htx
