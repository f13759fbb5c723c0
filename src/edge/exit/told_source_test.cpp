#include "edge/exit/told_source.hpp"

#include <gtest/gtest.h>

namespace qnet::exit {
namespace {

std::string told(const char* address) { return told_source(boost::asio::ip::make_address(address)); }

TEST(ToldSource, is_a_public_address_that_sites_see) {
  EXPECT_EQ(told("93.184.216.34"), "93.184.216.34");
  EXPECT_EQ(told("::ffff:93.184.216.34"), "93.184.216.34");
  EXPECT_EQ(told("2a00:1450:4001:80b::200e"), "2a00:1450:4001:80b::200e");
}

TEST(ToldSource, is_untold_where_it_would_show_the_exits_own_network) {
  for (const auto* address :
       {"127.0.0.1", "10.1.2.3", "192.168.0.7", "100.64.0.1", "::1", "fe80::1", "fd00::1"})
    EXPECT_EQ(told(address), "0.0.0.0") << address;
}

}  // namespace
}  // namespace qnet::exit
