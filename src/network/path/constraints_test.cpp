#include "network/path/constraints.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using testing::relay_of;

RelayFacts at(std::uint32_t number, std::initializer_list<const char*> addresses) {
  auto relay = relay_of(number);
  relay.addresses.clear();
  for (const auto* const text : addresses) relay.addresses.push_back(ip::IpAddress::parse(text).value());
  return relay;
}

TEST(Constraints, keep_a_peer_from_standing_twice) {
  auto other = at(1, {"192.0.2.1"});
  EXPECT_FALSE(may_share_circuit(relay_of(1), other, {}));
  EXPECT_FALSE(may_share_circuit(relay_of(1), other, {.distinct_networks = false}));
}

TEST(Constraints, keep_two_of_one_slash_16_apart) {
  EXPECT_FALSE(may_share_circuit(at(1, {"192.0.2.1"}), at(2, {"192.0.99.1"}), {}));
  EXPECT_TRUE(may_share_circuit(at(1, {"192.0.2.1"}), at(2, {"192.1.2.1"}), {}));
}

TEST(Constraints, keep_two_of_one_ipv6_slash_32_apart) {
  EXPECT_FALSE(may_share_circuit(at(1, {"2001:db8:1::1"}), at(2, {"2001:db8:2::1"}), {}));
  EXPECT_TRUE(may_share_circuit(at(1, {"2001:db8::1"}), at(2, {"2001:db9::1"}), {}));
}

TEST(Constraints, look_at_every_address) {
  EXPECT_FALSE(may_share_circuit(at(1, {"192.0.2.1", "2001:db8::1"}),
                                 at(2, {"198.51.100.1", "2001:db8:ffff::1"}), {}));
  EXPECT_TRUE(may_share_circuit(at(1, {"192.0.2.1"}), at(2, {"2001:db8::1"}), {}));
}

TEST(Constraints, keep_a_family_apart_wherever_it_is) {
  auto one = relay_of(1);
  auto other = relay_of(2);
  EXPECT_TRUE(may_share_circuit(one, other, {}));
  one.family = Family{7};
  EXPECT_TRUE(may_share_circuit(one, other, {}));
  other.family = Family{7};
  EXPECT_FALSE(may_share_circuit(one, other, {}));
  EXPECT_FALSE(may_share_circuit(one, other, {.distinct_networks = false}));
}

TEST(Constraints, take_no_hop_whose_network_is_unknown) {
  auto relay = relay_of(1);
  EXPECT_TRUE(may_be_hop(relay, {}));
  relay.network_known = false;
  EXPECT_FALSE(may_be_hop(relay, {}));
  EXPECT_TRUE(may_be_hop(relay, {.distinct_networks = false}));
  relay.circuit_key = false;
  EXPECT_FALSE(may_be_hop(relay, {.distinct_networks = false}));
}

directory::Descriptor descriptor_at(std::vector<peer::HostPort> addresses) {
  directory::Descriptor descriptor{testing::peer_of(1), {}, std::move(addresses), "example.org"};
  descriptor.capabilities = 3;
  descriptor.country = "SE";
  descriptor.bandwidth = 1000;
  descriptor.exit_ports = {80, 443};
  return descriptor;
}

TEST(RelayFacts, are_what_the_descriptor_says) {
  const auto facts = facts_of(descriptor_at({{"192.0.2.1", 443}, {"2001:db8::1", 443}, {"a.example", 1}}));
  EXPECT_EQ(facts.peer, testing::peer_of(1));
  EXPECT_EQ(facts.addresses.size(), 2U);
  EXPECT_TRUE(facts.network_known);
  EXPECT_TRUE(facts.relays && facts.exits);
  EXPECT_TRUE(facts.serves(443));
  EXPECT_FALSE(facts.serves(25));
  EXPECT_EQ(facts.country, "SE");
  EXPECT_EQ(facts.declared, 1000U);
  EXPECT_FALSE(facts.measured);
}

TEST(RelayFacts, know_no_network_where_the_first_address_is_a_name) {
  EXPECT_FALSE(facts_of(descriptor_at({{"a.example", 443}, {"192.0.2.1", 443}})).network_known);
}

directory::Listed listed_at(std::vector<peer::HostPort> addresses) {
  const auto keys = directory::testing::identity(1);
  auto descriptor = directory::testing::descriptor_of(keys);
  descriptor.addresses = std::move(addresses);
  return {.descriptor = directory::SignedDescriptor::sign(descriptor, keys), .country = {}};
}

TEST(RelayFacts, are_what_directories_have_measured) {
  auto listed = listed_at({{"192.0.2.1", 443}});
  EXPECT_FALSE(facts_of(listed).measured) << "nobody has";
  listed.measured = 5'000;
  listed.country.code = "NO";
  const auto facts = facts_of(listed);
  EXPECT_EQ(facts.measured, 5'000U);
  EXPECT_EQ(facts.country, "NO") << "theirs, not the relay's own";
}

TEST(RelayFacts, know_the_network_where_directories_say_what_is_behind_the_name) {
  auto listed = listed_at({{"a.example", 443}, {"192.0.2.1", 443}});
  EXPECT_FALSE(facts_of(listed).network_known);
  listed.address = ip::IpAddress::parse("198.51.100.1");
  const auto facts = facts_of(listed);
  EXPECT_TRUE(facts.network_known);
  EXPECT_EQ(facts.behind_name, listed.address);
  EXPECT_EQ(facts.addresses.size(), 2U) << "what it declares beside counts as well";
  EXPECT_EQ(facts.addresses.back(), *listed.address);
}

TEST(RelayTable, leaves_out_a_peer_that_is_there_twice) {
  auto twice = relay_of(1);
  twice.country = "SE";
  const RelayTable table({relay_of(1), relay_of(2), twice});
  EXPECT_EQ(table.relays().size(), 2U);
  EXPECT_EQ(table.find(testing::peer_of(1)), 0U);
  EXPECT_EQ(table[0].country, "");
  EXPECT_FALSE(table.find(testing::peer_of(3)));
}

TEST(RelayTable, weighs_each_position_among_those_that_can_be_there) {
  auto keyless = relay_of(3, true);
  keyless.circuit_key = false;
  auto only_exit = relay_of(4, true);
  only_exit.relays = false;
  const RelayTable table({relay_of(1), relay_of(2, true), keyless, only_exit});
  EXPECT_EQ(table.count(Position::inner), 2U);
  EXPECT_EQ(table.count(Position::exit), 2U);
  EXPECT_EQ(table.count(Position::fast_exit), 3U);
  EXPECT_EQ(table.weights(Position::inner)[2], 0U);
  EXPECT_EQ(table.weights(Position::exit)[0], 0U);
  EXPECT_GT(table.weights(Position::fast_exit)[2], 0U);
}

TEST(RelayTable, spares_exits_as_inner_hops_where_they_are_scarce) {
  std::vector<RelayFacts> relays;
  for (std::uint32_t i = 0; i < 40; ++i) relays.push_back(testing::measured(relay_of(i, i < 4), 1000));
  const RelayTable table(std::move(relays));
  EXPECT_NEAR(table.weights(Position::inner)[0], table.weights(Position::inner)[9] / 20.0, 20);
}

}  // namespace
}  // namespace qnet::path
