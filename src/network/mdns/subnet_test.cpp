#include "network/mdns/subnet.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace qnet::mdns {
namespace {

Ip4 ip(std::string_view text) { return parse_ip4(text).value(); }

Subnet subnet(std::string_view address, std::string_view mask) { return {ip(address), ip(mask)}; }

TEST(Ip4, is_read_and_written) {
  for (const auto* const text : {"0.0.0.0", "192.168.1.5", "10.0.0.255", "255.255.255.255"})
    EXPECT_EQ(ip4_text(ip(text)), text);
  EXPECT_EQ(ip("192.0.2.7"), 0xc0000207U);
  for (const auto* const text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "::1", "relay.example.com"})
    EXPECT_FALSE(parse_ip4(text)) << text;
}

TEST(Subnet, holds_its_hosts_and_nobody_else) {
  const std::vector link{subnet("192.168.1.5", "255.255.255.0"), subnet("10.1.0.9", "255.255.240.0")};
  for (const auto* const near : {"192.168.1.1", "192.168.1.5", "192.168.1.254", "10.1.0.1", "10.1.15.254"})
    EXPECT_TRUE(is_on_link(ip(near), link)) << near;
  for (const auto* const far :
       {"192.168.0.1", "192.168.2.1", "10.1.16.1", "8.8.8.8", "192.168.1.0", "192.168.1.255", "10.1.15.255",
        "127.0.0.1", "224.0.0.251", "255.255.255.255", "0.0.0.0"})
    EXPECT_FALSE(is_on_link(ip(far), link)) << far;
  EXPECT_FALSE(is_on_link(ip("192.168.1.1"), {}));
}

TEST(Subnet, of_one_or_two_hosts_has_no_broadcast_address) {
  EXPECT_TRUE(is_on_link(ip("198.51.100.4"), std::vector{subnet("198.51.100.5", "255.255.255.254")}));
  const std::vector alone{subnet("198.51.100.5", "255.255.255.255")};
  EXPECT_TRUE(is_on_link(ip("198.51.100.5"), alone));
  EXPECT_FALSE(is_on_link(ip("198.51.100.4"), alone));
}

TEST(Subnet, has_loopback_on_loopback_only) {
  EXPECT_TRUE(is_on_link(ip("127.0.0.2"), std::vector{subnet("127.0.0.1", "255.0.0.0")}));
  EXPECT_FALSE(is_on_link(ip("127.0.0.2"), std::vector{subnet("126.0.0.1", "254.0.0.0")}));
}

TEST(Subnet, is_never_the_whole_internet) {
  for (const auto* const mask : {"0.0.0.0", "128.0.0.0", "254.0.0.0", "0.255.255.255"})
    EXPECT_FALSE(is_on_link(ip("10.0.0.2"), std::vector{subnet("10.0.0.1", mask)})) << mask;
  EXPECT_TRUE(is_on_link(ip("10.9.9.9"), std::vector{subnet("10.0.0.1", "255.0.0.0")}));
}

}  // namespace
}  // namespace qnet::mdns
