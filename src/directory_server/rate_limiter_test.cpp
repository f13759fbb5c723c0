#include "directory_server/rate_limiter.hpp"

#include <gtest/gtest.h>

#include "base/testing/seeded_random.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

class RateLimiterTest : public ::testing::Test {
 protected:
  unsigned admitted(std::uint64_t asker, unsigned requests, SteadyTime now) {
    unsigned count = 0;
    for (unsigned i = 0; i < requests; ++i) count += limiter_.admit(asker, now) ? 1 : 0;
    return count;
  }
  base::testing::SeededRandom random_{1};
  RateLimiter limiter_{random_};
  SteadyTime start_{1h};
};

TEST_F(RateLimiterTest, admits_a_hundred_a_minute_of_each) {
  EXPECT_EQ(admitted(1, 150, start_), RateLimits::requests);
  EXPECT_EQ(admitted(3, 50, start_), 50U);
  EXPECT_EQ(admitted(1, 1, start_ + 59s), 0U);
  EXPECT_EQ(admitted(1, 150, start_ + 60s), RateLimits::requests);
}

TEST_F(RateLimiterTest, a_client_prefix_is_one_asker) {
  EXPECT_EQ(limiter_.asker_at(make_address("2001:db8:0:1::1")),
            limiter_.asker_at(make_address("2001:db8:0:1::2")));
  EXPECT_NE(limiter_.asker_at(make_address("2001:db8:0:1::1")),
            limiter_.asker_at(make_address("2001:db8:0:2::1")));
  EXPECT_EQ(limiter_.asker_at(make_address("::ffff:192.0.2.1")),
            limiter_.asker_at(make_address("192.0.2.1")));
  EXPECT_NE(limiter_.asker_at(make_address("192.0.2.1")), limiter_.asker_at(make_address("192.0.2.2")));
}

TEST_F(RateLimiterTest, forgets_everybody_after_a_minute) {
  for (std::uint64_t asker = 1; asker < 1000; ++asker) (void)limiter_.admit(asker, start_);
  EXPECT_GE(limiter_.askers(), 999U);
  (void)limiter_.admit(1, start_ + 61s);
  EXPECT_LE(limiter_.askers(), 1U);
}

TEST_F(RateLimiterTest, its_memory_is_bounded) {
  for (std::uint64_t asker = 1; asker <= RateLimits::askers + 1000; ++asker)
    (void)limiter_.admit(asker, start_);
  EXPECT_LE(limiter_.askers(), RateLimits::askers + 1);
}

TEST_F(RateLimiterTest, one_asker_has_few_large_answers_at_once) {
  auto& answers = limiter_.large_answers();
  std::vector<std::shared_ptr<const void>> under_way;
  for (unsigned i = 0; i < LargeAnswerLimits::per_asker; ++i) under_way.push_back(answers.begin(1));
  EXPECT_NE(under_way.back(), nullptr);
  EXPECT_EQ(answers.begin(1), nullptr);
  EXPECT_NE(answers.begin(2), nullptr);
  under_way.pop_back();
  EXPECT_NE(answers.begin(1), nullptr);
}

TEST_F(RateLimiterTest, all_askers_have_a_bounded_number_of_large_answers_at_once) {
  auto& answers = limiter_.large_answers();
  std::vector<std::shared_ptr<const void>> under_way;
  for (std::uint64_t asker = 0; asker < LargeAnswerLimits::in_all; ++asker)
    under_way.push_back(answers.begin(asker));
  EXPECT_NE(under_way.back(), nullptr);
  EXPECT_EQ(answers.begin(1'000), nullptr);
  under_way.clear();
  EXPECT_EQ(answers.under_way(), 0U);
}

}  // namespace
}  // namespace qnet::directory
