#include "exit/own_addresses.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "exit/policy.hpp"

namespace qnet::exit {
namespace {

TEST(OwnAddresses, are_those_of_the_interfaces_each_once) {
  const auto addresses = own_addresses();
  ASSERT_TRUE(addresses);
  EXPECT_THAT(*addresses, ::testing::Contains(IpAddress::parse("127.0.0.1").value()));
  EXPECT_EQ(std::adjacent_find(addresses->begin(), addresses->end()), addresses->end());
}

TEST(OwnAddresses, are_refused_by_a_policy_that_is_given_them) {
  const auto addresses = own_addresses();
  ASSERT_TRUE(addresses);
  const Policy policy({.ports = {443}, .own_addresses = *addresses});
  for (const auto& address : *addresses)
    EXPECT_TRUE(policy.check_resolved(address, 443)) << address.to_text();
}

}  // namespace
}  // namespace qnet::exit
