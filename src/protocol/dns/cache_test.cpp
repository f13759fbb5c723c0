#include "protocol/dns/cache.hpp"

#include <gtest/gtest.h>

namespace qnet::dns {
namespace {

using namespace std::chrono_literals;

const std::vector<ip::IpAddress> kOne{ip::IpAddress::parse("93.184.216.34").value()};
const Cache::Clock::time_point kNow{1000s};

TEST(Cache, remembers_for_the_ttl_and_no_longer) {
  Cache cache(4);
  cache.put("a.example", kOne, 10s, kNow);
  ASSERT_NE(cache.find("a.example", kNow + 9s), nullptr);
  EXPECT_EQ(*cache.find("a.example", kNow + 9s), kOne);
  EXPECT_EQ(cache.find("a.example", kNow + 10s), nullptr);
  EXPECT_EQ(cache.find("b.example", kNow), nullptr);
}

TEST(Cache, remembers_at_most_a_minute) {
  Cache cache(4);
  cache.put("a.example", kOne, 86400s, kNow);
  EXPECT_NE(cache.find("a.example", kNow + 59s), nullptr);
  EXPECT_EQ(cache.find("a.example", kNow + 60s), nullptr);
}

TEST(Cache, remembers_nothing_that_lives_no_time) {
  Cache cache(4);
  cache.put("a.example", kOne, 0s, kNow);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(Cache, never_grows_over_its_capacity_and_drops_what_ends_first) {
  Cache cache(2);
  cache.put("a.example", kOne, 20s, kNow);
  cache.put("b.example", kOne, 10s, kNow);
  cache.put("c.example", kOne, 30s, kNow);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.find("b.example", kNow), nullptr);
  EXPECT_NE(cache.find("a.example", kNow), nullptr);
  Cache none(0);
  none.put("a.example", kOne, 20s, kNow);
  EXPECT_EQ(none.size(), 0U);
}

}  // namespace
}  // namespace qnet::dns
