#include "network/directory_server/row_clock.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::kStart;

TEST(RowClock, knows_nothing_old_while_no_row_was_read) {
  const RowClock clock(kNow, kStart);
  EXPECT_FALSE(clock.is_stale(kNow - 24h, kStart));
}

TEST(RowClock, believes_rows_that_are_older_than_its_own_time) {
  RowClock clock(kNow + 48h, kStart);
  clock.heard(kNow, kNow + 48h, kStart);
  EXPECT_TRUE(clock.is_stale(kNow - RosterLimits::departed - 1s, kStart));
  EXPECT_FALSE(clock.is_stale(kNow - RosterLimits::departed, kStart));
  EXPECT_TRUE(clock.is_stale(kNow - RosterLimits::departed, kStart + 1min));
}

TEST(RowClock, hears_nothing_in_rows_from_the_future) {
  RowClock clock(kNow, kStart);
  clock.heard(kNow, kNow, kStart);
  clock.heard(kNow + 24h, kNow, kStart);
  EXPECT_FALSE(clock.is_stale(kNow, kStart));
}

}  // namespace
}  // namespace qnet::directory
