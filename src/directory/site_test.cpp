#include "directory/site.hpp"

#include <gtest/gtest.h>

namespace qnet::directory {
namespace {

Site at(const char* text) { return site_of(*exit::IpAddress::parse(text)); }

TEST(Site, is_one_address_of_ipv4_and_a_network_of_ipv6) {
  EXPECT_NE(at("198.51.99.7"), at("198.51.99.8"));
  EXPECT_EQ(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
  EXPECT_NE(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
}

TEST(Site, is_the_same_for_an_ipv4_address_inside_ipv6) {
  EXPECT_EQ(at("::ffff:c633:6307"), at("198.51.99.7"));
}

TEST(Site, is_known_for_every_address) {
  EXPECT_NE(at("::1"), Site::unknown);
  EXPECT_NE(at("127.0.0.1"), Site::unknown);
  EXPECT_NE(at("::1"), at("127.0.0.1"));
}

}  // namespace
}  // namespace qnet::directory
