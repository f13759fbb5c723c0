#include "edge/exit/destination_kind.hpp"

#include <gtest/gtest.h>

namespace qnet::exit {
namespace {

TEST(DestinationKind, of_a_name_is_that_it_is_one) {
  EXPECT_EQ(destination_kind("www.example.com", 25), "port 25, name");
  EXPECT_EQ(destination_kind("printer.local", 443), "port 443, name");
  EXPECT_EQ(name_kind(25), destination_kind("www.example.com", 25));
}

TEST(DestinationKind, of_an_address_is_its_family_and_range) {
  EXPECT_EQ(destination_kind("10.1.2.3", 443), "port 443, IPv4 private network");
  EXPECT_EQ(destination_kind("169.254.169.254", 80), "port 80, IPv4 cloud metadata");
  EXPECT_EQ(destination_kind("93.184.216.34", 25), "port 25, IPv4 public");
  EXPECT_EQ(destination_kind("::1", 80), "port 80, IPv6 loopback");
  EXPECT_EQ(destination_kind("2606:4700::1111", 65535), "port 65535, IPv6 public");
}

TEST(DestinationKind, of_what_is_neither_is_no_host) {
  EXPECT_EQ(destination_kind("0x7f.1", 80), "port 80, no host");
  EXPECT_EQ(destination_kind("b\xc3\xbc"
                             "cher.example",
                             80),
            "port 80, no host");
  EXPECT_EQ(destination_kind("two\nlines", 0), "port 0, no host");
  EXPECT_EQ(destination_kind("", 80), "port 80, no host");
}

}  // namespace
}  // namespace qnet::exit
