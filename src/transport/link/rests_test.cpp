#include "transport/link/rests.hpp"

#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::link {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class RestsTest : public ::testing::Test {
 protected:
  bool lasts(std::chrono::seconds after, std::uint16_t port = 443, std::chrono::seconds clock_set_by = {}) {
    return rests_.lasts("relay.example", port, start_ + after, wall_ + after + clock_set_by);
  }
  void begin() {
    EXPECT_FALSE(lasts(seconds(0)));
    rests_.begin("relay.example", 443, start_);
  }

  base::testing::SeededRandom random_{7};
  Rests rests_{random_};
  Rests::SteadyTime start_{std::chrono::hours(5)};
  Rests::WallTime wall_{std::chrono::hours(500'000)};
};

TEST_F(RestsTest, an_address_rests_for_two_minutes_at_least_and_six_at_most) {
  begin();
  EXPECT_TRUE(lasts(seconds(0)));
  EXPECT_TRUE(lasts(minutes(2)));
  EXPECT_FALSE(lasts(minutes(6)));
}

TEST_F(RestsTest, another_address_does_not_rest) {
  begin();
  EXPECT_FALSE(lasts(seconds(1), 444));
}

TEST_F(RestsTest, no_two_rests_end_after_the_same_time) {
  const auto length = [&] {
    rests_.begin("relay.example", 443, start_);
    auto after = seconds(0);
    while (rests_.lasts("relay.example", 443, start_ + after, wall_ + after)) after += seconds(1);
    return after;
  };
  std::set<seconds> lengths;
  for (int i = 0; i < 10; ++i) lengths.insert(length());
  EXPECT_GT(lengths.size(), 5U);
}

TEST_F(RestsTest, a_clock_that_was_set_ends_them) {
  begin();
  EXPECT_TRUE(lasts(seconds(10)));
  EXPECT_FALSE(lasts(seconds(20), 443, minutes(20)));
}

}  // namespace
}  // namespace qnet::link
