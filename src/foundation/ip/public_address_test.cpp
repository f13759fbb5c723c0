#include "foundation/ip/public_address.hpp"

#include <gtest/gtest.h>

namespace qnet::ip {
namespace {

TEST(PublicAddress, is_a_public_ip_address_or_a_name_of_the_public_dns) {
  for (const auto* host : {"93.184.216.34", "2606:4700::1", "relay.example.com"})
    EXPECT_TRUE(may_be_public(host)) << host;
}

TEST(PublicAddress, is_none_of_a_special_range_or_a_local_name) {
  for (const auto* host :
       {"127.0.0.1", "10.0.0.1", "::1", "fe80::1", "localhost", "printer.lan", "metadata.goog"})
    EXPECT_FALSE(may_be_public(host)) << host;
}

TEST(PublicAddress, is_nothing_that_is_spelled_wrongly) {
  for (const auto* host : {"", "0x7f.0.0.1", "93.184.216.034", "[2606:4700::1]", "a b.example.com"})
    EXPECT_FALSE(may_be_public(host)) << host;
}

}  // namespace
}  // namespace qnet::ip
