#include "foundation/ip/client_prefix.hpp"

#include <gtest/gtest.h>

namespace qnet::ip {
namespace {

ClientPrefix at(const char* text) { return client_prefix(*IpAddress::parse(text)); }

TEST(ClientPrefix, is_one_address_of_ipv4_and_a_64_of_ipv6) {
  EXPECT_NE(at("198.51.99.7"), at("198.51.99.8"));
  EXPECT_EQ(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
  EXPECT_NE(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
}

TEST(ClientPrefix, is_the_same_for_an_ipv4_address_inside_ipv6) {
  EXPECT_EQ(at("::ffff:c633:6307"), at("198.51.99.7"));
}

TEST(ClientPrefix, is_known_for_every_address) {
  EXPECT_NE(at("::1"), ClientPrefix::unknown);
  EXPECT_NE(at("127.0.0.1"), ClientPrefix::unknown);
  EXPECT_NE(at("::1"), at("127.0.0.1"));
}

}  // namespace
}  // namespace qnet::ip
