#include "network/discovery/known_relays.hpp"

#include <set>

#include <gtest/gtest.h>

#include "network/directory/clock.hpp"
#include "network/discovery/testing/operators.hpp"

namespace qnet::discovery {
namespace {

using directory::testing::identity;

KnownRelays::Relays list_of(const testing::Seeds& seeds, directory::WallTime made) {
  return std::make_shared<const std::vector<directory::Listed>>(
      *directory::decode_list(testing::list_of(seeds, made)));
}

TEST(KnownRelays, know_nobody_before_the_first_list) {
  const KnownRelays known;
  EXPECT_FALSE(known.address_of(identity(1).peer_id()));
  EXPECT_FALSE(known.is_relay(identity(1).noise.public_key));
  EXPECT_EQ(known.size(), 0U);
}

TEST(KnownRelays, are_those_of_the_last_list) {
  KnownRelays known;
  known.replace(list_of({1, 2, 3, 4}, directory::wall_now()));
  known.replace(list_of({2, 3, 5}, directory::wall_now()));
  EXPECT_EQ(known.size(), 3U);
  for (const auto seed : {2U, 3U, 5U}) {
    const auto address = known.address_of(identity(seed).peer_id());
    ASSERT_TRUE(address) << seed;
    EXPECT_EQ(address->noise_key, identity(seed).noise.public_key);
    EXPECT_TRUE(known.is_relay(identity(seed).noise.public_key));
  }
  EXPECT_FALSE(known.address_of(identity(1).peer_id()));
  EXPECT_FALSE(known.is_relay(identity(1).noise.public_key));
}

TEST(KnownRelays, whose_descriptor_has_expired_have_no_address) {
  KnownRelays known;
  known.replace(list_of({1}, directory::wall_now() - std::chrono::hours(72)));
  EXPECT_FALSE(known.address_of(identity(1).peer_id()));
}

TEST(KnownRelays, whose_signature_is_wrong_have_no_address) {
  auto descriptor = directory::testing::descriptor_of(identity(1));
  descriptor.issued = directory::wall_now();
  descriptor.expires = descriptor.issued + std::chrono::hours(1);
  const auto right = directory::SignedDescriptor::sign(descriptor, identity(1));
  base::Bytes wire(right.wire().begin(), right.wire().end());
  wire.back() ^= 1;  // of the signature
  const auto forged = directory::SignedDescriptor::parse_unverified(wire);
  ASSERT_TRUE(forged);
  KnownRelays known;
  known.replace(
      std::make_shared<const std::vector<directory::Listed>>(std::vector<directory::Listed>{{*forged, {}}}));
  EXPECT_FALSE(known.address_of(identity(1).peer_id()));
}

/// Whether a listed relay with this first address has one for circuits.
bool is_reached(const std::string& host, bool private_addresses) {
  auto descriptor = directory::testing::descriptor_of(identity(1), host);
  descriptor.issued = directory::wall_now();
  descriptor.expires = descriptor.issued + std::chrono::hours(1);
  KnownRelays known(private_addresses);
  known.replace(std::make_shared<const std::vector<directory::Listed>>(
      std::vector<directory::Listed>{{directory::SignedDescriptor::sign(descriptor, identity(1)), {}}}));
  return known.address_of(identity(1).peer_id()).has_value();
}

TEST(KnownRelays, are_drawn_by_lot_each_once_and_never_the_one_that_asks) {
  KnownRelays known;
  base::testing::SeededRandom random(1);
  EXPECT_TRUE(known.some(8, identity(1).peer_id(), random).empty());
  known.replace(list_of({1, 2, 3, 4, 5}, directory::wall_now()));
  const auto all = known.some(8, identity(1).peer_id(), random);
  EXPECT_EQ(all.size(), 4U);
  EXPECT_EQ(std::ranges::count(all, identity(1).peer_id()), 0);
  std::set<crypto::Ed25519Public> drawn;
  for (int n = 0; n < 100; ++n) drawn.insert(known.some(1, identity(1).peer_id(), random).at(0).key());
  EXPECT_EQ(drawn.size(), 4U);
}

TEST(KnownRelays, are_reached_behind_a_name_where_directories_found_them) {
  const auto host_behind = [](const char* found) -> std::string {
    auto descriptor = directory::testing::descriptor_of(identity(1), "relay.example.org");
    descriptor.issued = directory::wall_now();
    descriptor.expires = descriptor.issued + std::chrono::hours(1);
    directory::Listed listed{directory::SignedDescriptor::sign(descriptor, identity(1)), {}};
    listed.address = ip::IpAddress::parse(found);
    KnownRelays known;
    known.replace(
        std::make_shared<const std::vector<directory::Listed>>(std::vector<directory::Listed>{listed}));
    const auto at = known.address_of(identity(1).peer_id());
    return at ? at->host : "";
  };
  EXPECT_EQ(host_behind("198.51.99.7"), "198.51.99.7");
  EXPECT_EQ(host_behind("10.1.2.3"), "") << "whatever directories say";
}

TEST(KnownRelays, are_reached_at_numbers_of_the_public_internet_and_never_by_a_name) {
  EXPECT_TRUE(is_reached("198.51.99.7", false));
  EXPECT_TRUE(is_reached("2a01:4f8::1", false));
  for (const std::string host : {"relay.example.org", "localhost", "127.0.0.1", "10.1.2.3", "192.168.1.1",
                                 "169.254.169.254", "100.64.0.1", "fd00::1", "::1"})
    EXPECT_FALSE(is_reached(host, false)) << host;
}

TEST(KnownRelays, are_reached_at_private_addresses_only_where_that_is_allowed) {
  for (const std::string host : {"198.51.99.7", "127.0.0.1", "10.1.2.3", "192.168.1.1", "fd00::1", "::1"})
    EXPECT_TRUE(is_reached(host, true)) << host;
  for (const std::string host :
       {"relay.example.org", "localhost", "169.254.169.254", "169.254.1.1", "0.0.0.0"})
    EXPECT_FALSE(is_reached(host, true)) << host;
}

TEST(KnownRelays, tell_when_somebody_is_missing_and_only_then) {
  KnownRelays known;
  known.replace(list_of({1}, directory::wall_now()));
  int missing = 0;
  known.on_missing([&] { ++missing; });
  EXPECT_TRUE(known.address_of(identity(1).peer_id()));
  EXPECT_EQ(missing, 0);
  EXPECT_FALSE(known.address_of(identity(2).peer_id()));
  EXPECT_EQ(missing, 1);
}

}  // namespace
}  // namespace qnet::discovery
