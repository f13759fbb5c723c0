#include "foundation/ip/own_addresses.hpp"

#include <gtest/gtest.h>

#include "edge/exit/policy.hpp"

namespace qnet::exit {
namespace {

TEST(OwnAddresses, are_refused_by_a_policy_that_is_given_them) {
  const auto addresses = ip::own_addresses();
  ASSERT_TRUE(addresses);
  const Policy policy({.ports = {443}, .own_addresses = *addresses});
  for (const auto& address : *addresses)
    EXPECT_TRUE(policy.check_resolved(address, 443)) << address.to_text();
}

}  // namespace
}  // namespace qnet::exit
