#include "network/path/guard_keeping.hpp"

#include <gtest/gtest.h>

#include "network/path/limits.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1000h};

class GuardKeepingTest : public ::testing::Test {
 protected:
  bool written(SteadyTime now, bool last = false) { return keeping_.take(sample_, last, now); }

  GuardSample sample_{{GuardRecord{testing::peer_of(1)}}};
  GuardKeeping keeping_{sample_};
};

TEST_F(GuardKeepingTest, writes_counts_ten_minutes_after_the_first_change) {
  EXPECT_FALSE(written(kNow)) << "nothing has changed";
  EXPECT_EQ(keeping_.next_deadline(), std::nullopt);
  sample_.guards[0].builds.note(true);
  EXPECT_FALSE(written(kNow));
  EXPECT_EQ(keeping_.next_deadline(), kNow + GuardLimits::counts_kept);
  sample_.guards[0].builds.note(true);
  EXPECT_FALSE(written(kNow + GuardLimits::counts_kept - 1ms));
  EXPECT_TRUE(written(kNow + GuardLimits::counts_kept));
  EXPECT_EQ(keeping_.next_deadline(), std::nullopt);
  EXPECT_FALSE(written(kNow + 2 * GuardLimits::counts_kept));
}

TEST_F(GuardKeepingTest, writes_counts_at_the_end) {
  sample_.guards[0].builds.note(true);
  EXPECT_FALSE(written(kNow));
  EXPECT_TRUE(written(kNow, true));
  EXPECT_FALSE(written(kNow, true));
}

TEST_F(GuardKeepingTest, writes_new_guards_confirmations_and_removals_at_once) {
  sample_.guards.push_back(GuardRecord{testing::peer_of(2)});
  EXPECT_TRUE(written(kNow));
  sample_.guards[1].confirmed = WallTime(1s);
  sample_.guards[0].builds.note(true);
  EXPECT_TRUE(written(kNow));
  EXPECT_EQ(keeping_.next_deadline(), std::nullopt) << "the counts are written with it";
  sample_.guards.pop_back();
  EXPECT_TRUE(written(kNow));
  sample_.spent.push_back(WallTime(2s));
  EXPECT_TRUE(written(kNow));
}

TEST_F(GuardKeepingTest, tries_a_failed_write_again_after_a_minute_and_at_the_end) {
  sample_.guards.push_back(GuardRecord{testing::peer_of(2)});
  EXPECT_TRUE(written(kNow));
  keeping_.failed(kNow);
  EXPECT_FALSE(written(kNow));
  EXPECT_EQ(keeping_.next_deadline(), kNow + GuardLimits::written_again);
  EXPECT_TRUE(written(kNow + GuardLimits::written_again));
  keeping_.failed(kNow + GuardLimits::written_again);
  EXPECT_TRUE(written(kNow + GuardLimits::written_again, true));
  EXPECT_FALSE(written(kNow + 1h));
}

}  // namespace
}  // namespace qnet::path
