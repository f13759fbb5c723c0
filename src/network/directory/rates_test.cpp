#include "network/directory/rates.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::kStart;

TEST(LowMedian, is_the_middle_and_the_lower_one_of_two) {
  EXPECT_EQ(low_median({}), 0U);
  EXPECT_EQ(low_median({7}), 7U);
  EXPECT_EQ(low_median({9, 1, 5}), 5U);
  EXPECT_EQ(low_median({9, 1}), 1U);
  EXPECT_EQ(low_median({9, 1, 5, 7}), 5U);
}

TEST(LowMedian, is_within_the_honest_values_while_liars_are_fewer) {
  EXPECT_EQ(low_median({100, 110, 4'000'000'000}), 110U);
  EXPECT_EQ(low_median({100, 110, 1}), 100U);
}

TEST(Settled, keeps_what_was_said_while_the_rate_is_near) {
  EXPECT_EQ(settled(1000, 1200), 1000U);
  EXPECT_EQ(settled(1000, 800), 1000U);
  EXPECT_EQ(settled(1000, 1400), 1400U);
  EXPECT_EQ(settled(1000, 700), 700U);
}

TEST(Settled, says_the_first_rate_and_that_there_is_none) {
  EXPECT_EQ(settled(0, 1), 1U);
  EXPECT_EQ(settled(1000, 0), 0U);
  EXPECT_EQ(settled(0, 0), 0U);
}

TEST(Measures, are_the_last_few) {
  Measures measures;
  for (Rate rate = 1; rate <= MeasuredLimits::kept + 2; ++rate) measures.add(rate, kStart);
  const auto rates = measures.rates();
  EXPECT_EQ(rates.size(), MeasuredLimits::kept);
  EXPECT_EQ(std::ranges::min(rates), 3U);
}

TEST(Measures, that_failed_count_as_the_lowest_rate) {
  Measures measures;
  for (Rate rate = 11; rate <= 13; ++rate) measures.add(rate, kStart);
  measures.failed(kStart);
  EXPECT_EQ(low_median(measures.rates()), 11U);
  for (int n = 0; n < 2; ++n) measures.failed(kStart);
  EXPECT_EQ(low_median(measures.rates()), kGaveNothing);
  EXPECT_FALSE(measures.due(kStart + 1h)) << "who gives nothing is not asked more often";
}

TEST(Measures, that_failed_count_at_once_where_all_have) {
  Measures measures;
  EXPECT_TRUE(measures.rates().empty());
  measures.failed(kStart);
  EXPECT_EQ(measures.rates(), std::vector{kGaveNothing}) << "or who refuses would be as good as unknown";
  measures.add(500, kStart);
  EXPECT_EQ(measures.rates(), std::vector<Rate>{500}) << "one failure among the first ones has any reason";
  measures.add(500, kStart);
  EXPECT_EQ(low_median(measures.rates()), 500U);
}

TEST(Measures, are_due_often_at_first_and_seldom_later) {
  Measures measures;
  for (std::size_t n = 0; n < MeasuredLimits::first_measures; ++n) {
    EXPECT_TRUE(measures.due(kStart));
    measures.add(1, kStart);
  }
  EXPECT_FALSE(measures.due(kStart + 1h));
  EXPECT_FALSE(measures.due(kStart + 3h));
  EXPECT_TRUE(measures.due(kStart + 4h));
}

}  // namespace
}  // namespace qnet::directory
