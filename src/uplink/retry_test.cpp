#include "uplink/retry.hpp"

#include <gtest/gtest.h>

#include "base/testing/seeded_random.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;

TEST(ClockWatch, notices_a_clock_that_is_set_once_and_no_time_that_passes) {
  ClockWatch watch;
  const auto looked = [&](std::chrono::seconds wall, std::chrono::seconds steady) {
    return watch.jumped(std::chrono::system_clock::time_point(wall),
                        std::chrono::steady_clock::time_point(steady));
  };
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_FALSE(looked(1005s, 15s));
  EXPECT_TRUE(looked(9000s, 20s));
  EXPECT_FALSE(looked(9005s, 25s));
  EXPECT_TRUE(looked(1000s, 30s)) << "backwards";
}

TEST(Backoff, doubles_up_to_the_longest_by_a_quarter_more_or_less) {
  base::testing::SeededRandom random{1};
  Backoff backoff(500ms, 4s);
  for (const auto middle : {500ms, 1000ms, 2000ms, 4000ms, 4000ms}) {
    const auto pause = backoff.next(random);
    EXPECT_GE(pause, middle - middle / 4);
    EXPECT_LE(pause, middle + middle / 4);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(random), 625ms);
}

}  // namespace
}  // namespace qnet::uplink
