#include "foundation/ip/own_addresses.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace qnet::ip {
namespace {

TEST(OwnAddresses, are_those_of_the_interfaces_each_once) {
  const auto addresses = own_addresses();
  ASSERT_TRUE(addresses);
  EXPECT_THAT(*addresses, ::testing::Contains(IpAddress::parse("127.0.0.1").value()));
  EXPECT_EQ(std::adjacent_find(addresses->begin(), addresses->end()), addresses->end());
}

}  // namespace
}  // namespace qnet::ip
