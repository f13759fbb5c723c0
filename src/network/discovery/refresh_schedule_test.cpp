#include "network/discovery/refresh_schedule.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::discovery {
namespace {

using namespace std::chrono_literals;

class RefreshScheduleTest : public ::testing::Test {
 protected:
  /// A refresh that takes a second.
  void refresh(bool satisfied) {
    schedule_.began(now_);
    now_ += 1s;
    schedule_.ended(satisfied, now_, random_);
  }
  [[nodiscard]] RefreshSchedule::Time::duration until_next() const {
    return schedule_.next_deadline().value() - now_;
  }

  base::testing::SeededRandom random_{5};
  RefreshSchedule::Time now_{100h};
  RefreshSchedule schedule_;
};

TEST_F(RefreshScheduleTest, has_no_deadline_while_a_refresh_is_under_way) {
  schedule_.began(now_);
  EXPECT_FALSE(schedule_.next_deadline());
  schedule_.hurry(false, now_, random_);
  EXPECT_FALSE(schedule_.next_deadline());
}

TEST_F(RefreshScheduleTest, comes_each_hour_more_or_less) {
  for (int i = 0; i < 100; ++i) {
    refresh(true);
    EXPECT_GE(until_next(), 45min);
    EXPECT_LE(until_next(), 75min);
  }
}

TEST_F(RefreshScheduleTest, retries_with_growing_pauses_until_it_is_satisfied) {
  refresh(false);
  EXPECT_LE(until_next(), 2500ms);
  for (int i = 0; i < 20; ++i) {
    now_ = schedule_.next_deadline().value();
    refresh(false);
  }
  EXPECT_GE(until_next(), 225s);
  EXPECT_LE(until_next(), 375s);
  refresh(true);
  refresh(false);
  EXPECT_LE(until_next(), 2500ms);
}

TEST_F(RefreshScheduleTest, a_failed_path_brings_the_next_refresh_forward_to_ten_seconds_after_the_last) {
  refresh(true);
  schedule_.hurry(false, now_ + 3s, random_);
  EXPECT_EQ(until_next(), 9s) << "from when the last one began";
}

TEST_F(RefreshScheduleTest, a_path_that_fails_long_after_the_last_refresh_leads_to_one_at_once) {
  refresh(true);
  now_ += 40min;
  schedule_.hurry(true, now_, random_);
  EXPECT_LE(until_next(), 0s);
}

TEST_F(RefreshScheduleTest, a_failed_path_never_puts_a_retry_off) {
  refresh(false);
  const auto retry = until_next();
  schedule_.hurry(false, now_, random_);
  EXPECT_EQ(until_next(), retry);
}

TEST_F(RefreshScheduleTest, is_brought_forward_ever_less_while_no_other_exits_are_found) {
  std::vector<RefreshSchedule::Time::duration> pauses;
  for (int i = 0; i < 4; ++i) {
    refresh(true);
    schedule_.hurry(true, now_, random_);
    pauses.push_back(until_next());
    now_ = schedule_.next_deadline().value();
  }
  for (std::size_t i = 1; i < pauses.size(); ++i) EXPECT_GT(pauses[i], pauses[i - 1]);
  schedule_.found_others();
  refresh(true);
  schedule_.hurry(true, now_, random_);
  EXPECT_LE(until_next(), 11500ms);
}

TEST_F(RefreshScheduleTest, a_second_failure_changes_nothing) {
  refresh(true);
  schedule_.hurry(true, now_, random_);
  const auto next = schedule_.next_deadline();
  schedule_.hurry(false, now_ + 1s, random_);
  EXPECT_EQ(schedule_.next_deadline(), next);
}

TEST_F(RefreshScheduleTest, a_path_that_failed_during_a_refresh_counts_after_it) {
  schedule_.began(now_);
  schedule_.hurry(false, now_, random_);
  schedule_.ended(true, now_ + 2s, random_);
  EXPECT_EQ(schedule_.next_deadline(), now_ + RefreshLimits::shortest);
}

}  // namespace
}  // namespace qnet::discovery
