#include "edge/proxy/destination.hpp"

#include <gtest/gtest.h>

namespace qnet::proxy {
namespace {

TEST(Destination, knows_its_kind_by_its_text) {
  EXPECT_EQ((Destination{"192.0.2.1", 80}.kind()), peer::HostKind::ipv4);
  EXPECT_EQ((Destination{"2001:db8::1", 80}.kind()), peer::HostKind::ipv6);
  EXPECT_EQ((Destination{"example.com", 80}.kind()), peer::HostKind::name);
  EXPECT_EQ((Destination{"0300.0.2.1", 80}.kind()), peer::HostKind::name);
}

TEST(Destination, prints_as_host_and_port) {
  EXPECT_EQ((Destination{"example.com", 443}.to_text()), "example.com:443");
  EXPECT_EQ((Destination{"192.0.2.1", 80}.to_text()), "192.0.2.1:80");
  EXPECT_EQ((Destination{"2001:db8::1", 443}.to_text()), "[2001:db8::1]:443");
}

TEST(Destination, is_acceptable_with_1_to_255_printable_characters_and_a_port) {
  EXPECT_TRUE(is_acceptable({"a", 1}));
  EXPECT_TRUE(is_acceptable({std::string(255, 'x'), 65535}));
  EXPECT_FALSE(is_acceptable({std::string(256, 'x'), 80}));
  EXPECT_FALSE(is_acceptable({"", 80}));
  EXPECT_FALSE(is_acceptable({"example.com", 0}));
  for (const char c : {'\0', '\n', '\r', '\t', ' ', '\x7f', '\xe4'})
    EXPECT_FALSE(is_acceptable({std::string("a") + c, 80})) << int{c};
}

}  // namespace
}  // namespace qnet::proxy
