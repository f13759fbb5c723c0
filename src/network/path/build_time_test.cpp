#include "network/path/build_time.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;

TEST(BuildTimes, allow_ten_seconds_before_enough_is_known) {
  BuildTimes times;
  for (std::size_t i = 0; i + 1 < BuildTimeLimits::fewest; ++i) times.built_in(2s);
  EXPECT_EQ(times.time_out(), 10s);
  times.built_in(2s);
  EXPECT_EQ(times.time_out(), 3s) << "half as much again as they took";
}

TEST(BuildTimes, allow_what_nineteen_of_twenty_took_and_half_as_much_again) {
  BuildTimes times;
  for (int i = 1; i <= 100; ++i) times.built_in(i * 100ms);
  EXPECT_EQ(times.time_out(), 9'500ms * 3 / 2);
}

TEST(BuildTimes, stay_within_their_bounds) {
  BuildTimes quick;
  BuildTimes slow;
  for (int i = 0; i < 100; ++i) {
    quick.built_in(1ms);
    slow.built_in(10h);
  }
  EXPECT_EQ(quick.time_out(), BuildTimeLimits::shortest);
  EXPECT_EQ(slow.time_out(), BuildTimeLimits::longest);
}

TEST(BuildTimes, forget_what_is_long_ago) {
  BuildTimes times;
  for (std::size_t i = 0; i < BuildTimeLimits::kept; ++i) times.built_in(4s);
  for (std::size_t i = 0; i < BuildTimeLimits::kept; ++i) times.built_in(1s);
  EXPECT_EQ(times.time_out(), 1'500ms);
}

TEST(BuildTimes, bear_a_time_out_now_and_then) {
  BuildTimes times;
  for (int i = 0; i < 200; ++i) {
    times.built_in(2s);
    if (i % 4 == 0) times.timed_out();
  }
  EXPECT_EQ(times.time_out(), 3s);
}

TEST(BuildTimes, do_not_grow_where_hops_tell_in_time_that_others_are_gone) {
  BuildTimes times;
  for (int i = 0; i < 200; ++i) {
    times.failed_in_time();
    if (i % 4 == 0) times.timed_out();
  }
  EXPECT_EQ(times.time_out(), BuildTimeLimits::unknown);
}

TEST(BuildTimes, begin_anew_with_twice_the_time_when_many_are_late) {
  BuildTimes times;
  for (int i = 0; i < 100; ++i) times.built_in(8s);
  ASSERT_EQ(times.time_out(), 12s);
  for (std::size_t i = 0; i < BuildTimeLimits::too_many; ++i) times.timed_out();
  EXPECT_EQ(times.time_out(), 24s);
  for (int i = 0; i < 1000; ++i) times.timed_out();
  EXPECT_EQ(times.time_out(), BuildTimeLimits::longest);
}

TEST(BuildTimes, find_the_time_of_a_network_that_became_ten_times_slower) {
  base::testing::SeededRandom random{3};
  BuildTimes times;
  const auto build = [&](std::chrono::milliseconds takes) {
    if (takes <= times.time_out())
      times.built_in(takes);
    else
      times.timed_out();
    return takes <= times.time_out();
  };
  for (int i = 0; i < 300; ++i) build(std::chrono::milliseconds(500 + random.below(500)));
  EXPECT_LT(times.time_out(), 2s);
  for (int i = 0; i < 100; ++i) build(std::chrono::milliseconds(5'000 + random.below(5'000)));
  int built = 0;
  for (int i = 0; i < 100; ++i) built += build(std::chrono::milliseconds(5'000 + random.below(5'000)));
  EXPECT_EQ(built, 100);
}

}  // namespace
}  // namespace qnet::path
