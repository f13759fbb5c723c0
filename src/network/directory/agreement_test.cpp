#include "network/directory/agreement.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::identity;
using testing::kNow;
using List = std::vector<Listed>;

Listed relay(std::uint64_t seed, std::chrono::seconds older = 0s) {
  const auto keys = identity(seed);
  auto descriptor = descriptor_of(keys);
  descriptor.issued -= older;
  return {.descriptor = SignedDescriptor::sign(descriptor, keys), .country = {}};
}

/// As a liar would make one of an honest relay: newer, elsewhere, and not signed by it.
Listed forged(std::uint64_t seed) {
  auto descriptor = descriptor_of(identity(seed), "198.51.99.66");
  descriptor.issued += 1s;
  return {.descriptor =
              *SignedDescriptor::parse_unverified(SignedDescriptor::sign(descriptor, identity(999)).wire()),
          .country = {}};
}

std::vector<PeerKey> peers(const base::Result<List>& agreed) {
  std::vector<PeerKey> keys;
  if (agreed)
    for (const auto& one : *agreed) keys.push_back(one.descriptor.descriptor().peer.key());
  return keys;
}

PeerKey key(std::uint64_t seed) { return identity(seed).signing.public_key; }

base::Result<List> agree_on(const std::vector<List>& lists, std::size_t operators) {
  std::vector<const List*> pointers;
  for (const auto& list : lists) pointers.push_back(&list);
  return agree(pointers, operators, kNow);
}

TEST(Agreement, takes_whom_a_majority_lists) {
  const auto agreed = agree_on({{relay(1), relay(2)}, {relay(2), relay(3)}, {relay(3)}}, 3);
  const auto found = peers(agreed);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(std::ranges::count(found, key(1)), 0);
}

TEST(Agreement, one_operator_is_believed_when_it_is_the_only_one_configured) {
  EXPECT_EQ(peers(agree_on({{relay(1)}}, 1)), std::vector{key(1)});
}

TEST(Agreement, survives_one_dead_operator_of_three) {
  EXPECT_EQ(peers(agree_on({{relay(1)}, {relay(1)}}, 3)), std::vector{key(1)});
}

TEST(Agreement, one_liar_of_three_can_add_nobody) {
  EXPECT_EQ(peers(agree_on({{relay(1)}, {relay(1)}, {relay(1), relay(66), relay(67)}}, 3)),
            std::vector{key(1)});
}

TEST(Agreement, one_liar_of_three_can_hide_nobody) {
  EXPECT_EQ(peers(agree_on({{relay(1)}, {relay(1)}, {}}, 3)), std::vector{key(1)});
}

TEST(Agreement, one_liar_beside_a_dead_one_can_add_nobody) {
  EXPECT_EQ(peers(agree_on({{relay(1)}, {relay(1), relay(66)}}, 3)), std::vector{key(1)});
}

TEST(Agreement, one_liar_beside_a_dead_one_that_hides_everybody_is_no_agreement) {
  const auto agreed = agree_on({{relay(1)}, {relay(66)}}, 3);
  ASSERT_FALSE(agreed);
  EXPECT_TRUE(agreed.error().is(Errc::no_agreement));
  EXPECT_FALSE(agree_on({{relay(1)}, {}}, 3));
}

TEST(Agreement, one_answer_of_three_is_none) {
  const auto agreed = agree_on({{relay(1)}}, 3);
  ASSERT_FALSE(agreed);
  EXPECT_TRUE(agreed.error().is(Errc::no_agreement));
  EXPECT_FALSE(agree_on({}, 3));
}

TEST(Agreement, an_empty_network_is_agreed_on) {
  const auto agreed = agree_on({{}, {}}, 3);
  ASSERT_TRUE(agreed);
  EXPECT_TRUE(agreed->empty());
}

TEST(Agreement, takes_the_newest_descriptor_of_a_relay) {
  const auto agreed = agree_on({{relay(1, 60s)}, {relay(1)}, {relay(1, 30s)}}, 3);
  ASSERT_TRUE(agreed);
  EXPECT_EQ((*agreed)[0].descriptor.descriptor().issued, kNow);
}

TEST(Agreement, prefers_the_descriptor_that_most_operators_list_to_a_newer_one) {
  const auto agreed = agree_on({{relay(1, 60s)}, {relay(1)}, {relay(1, 60s)}}, 3);
  ASSERT_TRUE(agreed);
  EXPECT_EQ((*agreed)[0].descriptor, relay(1, 60s).descriptor);
  EXPECT_TRUE((*agreed)[0].alike);
}

TEST(Agreement, says_when_no_majority_lists_the_same_descriptor) {
  const auto agreed = agree_on({{relay(1, 60s)}, {relay(1)}, {relay(1, 30s)}}, 3);
  ASSERT_TRUE(agreed);
  EXPECT_FALSE((*agreed)[0].alike);
}

TEST(Agreement, tells_a_country_that_most_operators_say_and_no_other) {
  const auto in = [](const char* country) {
    auto one = relay(1);
    one.country.code = country;
    return one;
  };
  EXPECT_EQ((*agree_on({{in("SE")}, {in("NO")}, {in("SE")}}, 3))[0].country.code, "SE");
  EXPECT_EQ((*agree_on({{in("NO")}, {in("SE")}, {in("SE")}}, 3))[0].country.code, "SE");
  EXPECT_EQ((*agree_on({{in("SE")}, {in("NO")}}, 3))[0].country.code, "");
}

TEST(Agreement, a_forged_newer_descriptor_is_passed_over) {
  const auto agreed = agree_on({{relay(1)}, {forged(1)}, {relay(1)}}, 3);
  ASSERT_TRUE(agreed);
  EXPECT_EQ((*agreed)[0].descriptor, relay(1).descriptor);
}

TEST(Agreement, leaves_out_whose_descriptor_has_expired) {
  const auto agreed = agree_on({{relay(1, 0s)}, {relay(1, 0s)}}, 2);
  ASSERT_TRUE(agreed);
  const std::vector<Listed> list{relay(1)};
  const std::vector<const List*> lists{&list};
  EXPECT_FALSE(agree(lists, 1, kNow + 24h));
}

}  // namespace
}  // namespace qnet::directory
