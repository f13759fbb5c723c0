#include "protocol/http/rate_limiter.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

constexpr RateLimit kLimit{.requests = 100, .window = 60s, .clients = 10'000, .hint = "Ask less."};

class RateLimiterTest : public ::testing::Test {
 protected:
  unsigned admitted(RateLimiter::Client client, unsigned requests, RateLimiter::TimePoint now) {
    unsigned count = 0;
    for (unsigned i = 0; i < requests; ++i) count += limiter_.admit(client, now) ? 1 : 0;
    return count;
  }
  base::testing::SeededRandom random_{1};
  RateLimiter limiter_{random_, kLimit};
  RateLimiter::TimePoint start_{1h};
};

TEST_F(RateLimiterTest, admits_so_many_in_a_window_of_each) {
  EXPECT_EQ(admitted(1, 150, start_), kLimit.requests);
  EXPECT_EQ(admitted(3, 50, start_), 50U);
  EXPECT_EQ(admitted(1, 1, start_ + 59s), 0U);
  EXPECT_EQ(admitted(1, 150, start_ + 60s), kLimit.requests);
}

TEST_F(RateLimiterTest, a_client_prefix_is_one_client) {
  EXPECT_EQ(limiter_.client_at(make_address("2001:db8:0:1::1")),
            limiter_.client_at(make_address("2001:db8:0:1::2")));
  EXPECT_NE(limiter_.client_at(make_address("2001:db8:0:1::1")),
            limiter_.client_at(make_address("2001:db8:0:2::1")));
  EXPECT_EQ(limiter_.client_at(make_address("::ffff:192.0.2.1")),
            limiter_.client_at(make_address("192.0.2.1")));
  EXPECT_NE(limiter_.client_at(make_address("192.0.2.1")), limiter_.client_at(make_address("192.0.2.2")));
}

TEST_F(RateLimiterTest, two_limiters_know_one_client_by_different_numbers) {
  const RateLimiter other(random_, kLimit);
  EXPECT_NE(limiter_.client_at(make_address("192.0.2.1")), other.client_at(make_address("192.0.2.1")));
}

TEST_F(RateLimiterTest, forgets_everybody_after_a_window) {
  for (RateLimiter::Client client = 1; client < 1000; ++client) (void)limiter_.admit(client, start_);
  EXPECT_GE(limiter_.clients(), 999U);
  (void)limiter_.admit(1, start_ + 61s);
  EXPECT_LE(limiter_.clients(), 1U);
}

TEST_F(RateLimiterTest, its_memory_is_bounded) {
  for (RateLimiter::Client client = 1; client <= kLimit.clients + 1000; ++client)
    (void)limiter_.admit(client, start_);
  EXPECT_LE(limiter_.clients(), kLimit.clients + 1);
}

TEST_F(RateLimiterTest, clients_beyond_its_memory_share_one_account) {
  for (RateLimiter::Client client = 1; client <= kLimit.clients; ++client)
    (void)limiter_.admit(client, start_);
  unsigned count = 0;
  for (RateLimiter::Client client = 20'000; client < 20'150; ++client)
    count += limiter_.admit(client, start_) ? 1 : 0;
  EXPECT_EQ(count, kLimit.requests);
  EXPECT_TRUE(limiter_.admit(1, start_));
}

}  // namespace
}  // namespace qnet::http
