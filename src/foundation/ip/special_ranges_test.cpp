// Single cases; tests/vectors/exit has many, which the exit's tests run.
#include "foundation/ip/special_ranges.hpp"

#include <gtest/gtest.h>

namespace qnet::ip {
namespace {

std::optional<SpecialRange> range_of(const char* text) {
  return special_range(IpAddress::parse(text).value());
}

TEST(SpecialRanges, have_no_ordinary_public_address) {
  for (const auto* text : {"8.8.8.8", "93.184.216.34", "100.63.255.255", "2606:4700::1", "2a00:1450::1"})
    EXPECT_EQ(range_of(text), std::nullopt) << text;
}

TEST(SpecialRanges, are_told_apart_by_kind) {
  EXPECT_EQ(range_of("127.0.0.1"), SpecialRange::loopback);
  EXPECT_EQ(range_of("10.0.0.1"), SpecialRange::private_network);
  EXPECT_EQ(range_of("100.64.0.0"), SpecialRange::carrier_nat);
  EXPECT_EQ(range_of("fe80::1"), SpecialRange::link_local);
  EXPECT_EQ(range_of("fc00::1"), SpecialRange::unique_local);
  EXPECT_EQ(range_of("64:ff9b::7f00:1"), SpecialRange::embedded_ipv4);
}

TEST(SpecialRanges, name_a_metadata_service_before_the_range_around_it) {
  EXPECT_EQ(range_of("169.254.169.254"), SpecialRange::cloud_metadata);
  EXPECT_EQ(range_of("169.254.169.250"), SpecialRange::link_local);
  EXPECT_EQ(range_of("100.100.100.200"), SpecialRange::cloud_metadata);
}

TEST(SpecialRanges, have_all_ipv6_outside_global_unicast) {
  EXPECT_EQ(range_of("4000::1"), SpecialRange::reserved);
}

}  // namespace
}  // namespace qnet::ip
