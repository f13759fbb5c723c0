#include "foundation/ip/network_guess.hpp"

#include <gtest/gtest.h>

namespace qnet::ip {
namespace {

bool same(const char* one, const char* other) {
  const auto first = IpAddress::parse(one).value();
  const auto second = IpAddress::parse(other).value();
  const bool same = probably_same_network(first, second);
  EXPECT_EQ(network_guess(first) == network_guess(second), same);
  return same;
}

TEST(NetworkGuess, takes_a_16_of_ipv4_for_one_network) {
  EXPECT_TRUE(same("192.0.2.1", "192.0.99.7"));
  EXPECT_FALSE(same("192.0.2.1", "192.1.2.1"));
}

TEST(NetworkGuess, takes_a_32_of_ipv6_for_one_network) {
  EXPECT_TRUE(same("2001:db8:1::1", "2001:db8:ffff::2"));
  EXPECT_FALSE(same("2001:db8::1", "2001:db9::1"));
}

TEST(NetworkGuess, never_takes_two_families_for_one_network) {
  EXPECT_FALSE(same("192.0.2.1", "2001:db8::1"));
  EXPECT_FALSE(same("192.0.2.1", "::ffff:c000:201"));
}

}  // namespace
}  // namespace qnet::ip
