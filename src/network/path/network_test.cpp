#include "network/path/network.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"
#include "network/path/limits.hpp"
#include "network/path/plan.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using directory::testing::kNow;

directory::Descriptor descriptor(std::uint64_t number) {
  const auto identity = directory::testing::identity(number);
  auto one = directory::testing::descriptor_of(identity, "198." + std::to_string(number + 1) + ".0.1");
  const auto tag = static_cast<std::uint8_t>(number);
  one.circuit_keys = {{{tag, 1}, kNow - 1h, kNow + 47h}, {{tag, 2}, kNow + 23h, kNow + 71h}};
  one.expires = kNow + 24h * 7;
  return one;
}
peer::PeerId peer_of(std::uint64_t number) { return directory::testing::identity(number).peer_id(); }
directory::Listed listed(const directory::Descriptor& one, std::uint64_t number) {
  return {directory::SignedDescriptor::sign(one, directory::testing::identity(number)), {}, true};
}
std::vector<directory::Listed> relays(std::uint64_t count) {
  std::vector<directory::Listed> all;
  for (std::uint64_t n = 0; n < count; ++n) all.push_back(listed(descriptor(n), n));
  return all;
}
/// As a lying operator would list it.
directory::Listed forged(std::uint64_t number) {
  const auto genuine = listed(descriptor(number), number);
  base::Bytes wire(genuine.descriptor.wire().begin(), genuine.descriptor.wire().end());
  wire.back() ^= 1U;
  return {directory::SignedDescriptor::parse_unverified(wire).value(), {}};
}

TEST(Network, knows_families_and_keys_that_are_valid) {
  auto all = relays(3);
  auto in_family = descriptor(3);
  in_family.family = peer::FamilyProof::make(directory::testing::family_key(50), peer_of(3));
  all.push_back(listed(in_family, 3));
  auto without_key = descriptor(4);
  without_key.circuit_keys.clear();
  all.push_back(listed(without_key, 4));
  const auto network = network_of(all, kNow);
  const auto facts = [&](std::uint64_t number) {
    return network->table[*network->table.find(peer_of(number))];
  };
  EXPECT_EQ(network->table.relays().size(), 5U);
  EXPECT_TRUE(facts(0).circuit_key);
  EXPECT_FALSE(facts(0).family);
  EXPECT_EQ(facts(3).family, in_family.family->family);
  EXPECT_FALSE(facts(4).circuit_key);
  EXPECT_FALSE(network_of(all, kNow + 72h)->table[0].circuit_key);
}

TEST(Network, takes_the_last_key_that_has_begun) {
  const auto network = network_of(relays(1), kNow);
  const auto key = [&](WallTime at) { return network->circuit_key_of(peer_of(0), at); };
  EXPECT_EQ(key(kNow).value()[1], 1);
  EXPECT_EQ(key(kNow + 23h).value()[1], 2);
  EXPECT_TRUE(key(kNow + 71h).error().is(Errc::no_key));
  EXPECT_TRUE(key(kNow - 2h).error().is(Errc::no_key));
  EXPECT_TRUE(network->circuit_key_of(peer_of(9), kNow).error().is(Errc::relay_unknown));
}

TEST(Network, reaches_a_guard_at_its_addresses_in_turn) {
  auto one = descriptor(0);
  one.addresses.push_back({"198.1.0.2", 8443});
  const std::vector all{listed(one, 0)};
  const auto network = network_of(all, kNow);
  EXPECT_EQ(network->address_of(peer_of(0)).value().host, "198.1.0.1");
  EXPECT_EQ(network->address_of(peer_of(0), 1).value().port, 8443);
  EXPECT_EQ(network->address_of(peer_of(0), 2).value().host, "198.1.0.1");
}

TEST(Network, shows_a_guard_another_browser_once_all_its_addresses_were_tried) {
  auto one = descriptor(0);
  one.addresses.push_back({"198.1.0.2", 8443});
  const std::vector all{listed(one, 0), listed(descriptor(1), 1)};
  const auto network = network_of(all, kNow);
  const auto look = [&](std::uint64_t relay, unsigned attempt) {
    return network->address_of(peer_of(relay), attempt).value().look;
  };
  for (unsigned attempt = 0; attempt < GuardLimits::variations; ++attempt) {
    EXPECT_EQ(look(0, attempt), attempt / 2);
    EXPECT_EQ(look(1, attempt), attempt);
  }
}

TEST(Network, reaches_a_guard_behind_a_name_where_its_network_was_judged) {
  auto one = descriptor(0);
  one.addresses = {{"a.example", 443}, {"b.example", 8443}};
  auto in_list = listed(one, 0);
  in_list.address = ip::IpAddress::parse("198.51.100.1");
  const auto network = network_of(std::vector{in_list}, kNow);
  EXPECT_EQ(network->address_of(peer_of(0)).value().host, "198.51.100.1");
  EXPECT_EQ(network->address_of(peer_of(0)).value().port, 443);
  EXPECT_EQ(network->address_of(peer_of(0), 1).value().host, "198.51.100.1");
  EXPECT_GT(network->table.weights(Position::inner)[0], 0U) << "it is a hop";
}

TEST(Network, dials_no_second_address_that_was_not_judged) {
  auto one = descriptor(0);
  one.addresses = {{"198.1.0.1", 443}, {"b.example", 443}, {"127.0.0.1", 9050}};
  const auto network = network_of(std::vector{listed(one, 0)}, kNow);
  for (unsigned attempt = 0; attempt < 10; ++attempt) {
    const auto address = network->address_of(peer_of(0), attempt).value();
    EXPECT_EQ(address.host, "198.1.0.1");
    EXPECT_EQ(address.look, attempt);
  }
}

TEST(Network, weighs_by_what_directories_have_measured) {
  auto all = relays(12);
  for (auto& one : all) one.measured = 1'000'000;
  all[0].measured = 10'000;
  const auto network = network_of(all, kNow);
  const auto slow = *network->table.find(all[0].descriptor.descriptor().peer);
  const auto fast = *network->table.find(all[1].descriptor.descriptor().peer);
  for (const auto position : {Position::inner, Position::exit, Position::fast_exit}) {
    const auto weights = network->table.weights(position);
    EXPECT_LT(weights[slow], weights[fast] / 50);
  }
}

TEST(Network, uses_no_descriptor_that_its_relay_has_not_signed) {
  const std::vector all{forged(0)};
  const auto network = network_of(all, kNow);
  EXPECT_TRUE(network->circuit_key_of(peer_of(0), kNow).error().is(directory::Errc::wrong_signature));
  EXPECT_FALSE(network->address_of(peer_of(0)));
}

TEST(Network, is_outdated_when_most_relays_use_keys_that_it_does_not_name) {
  auto all = relays(5);
  const auto network = network_of(all, kNow);
  EXPECT_FALSE(network->outdated(kNow + 47h - 1s));
  EXPECT_TRUE(network->outdated(kNow + 47h));
  EXPECT_FALSE(network_of({}, kNow)->outdated(kNow + 24h * 365));
  for (std::uint64_t n = 0; n < 2; ++n) {
    auto old = descriptor(n);
    old.circuit_keys = {{{1}, kNow - 40h, kNow + 8h}};
    all[n] = listed(old, n);
  }
  EXPECT_FALSE(network_of(all, kNow)->outdated(kNow)) << "two relays with a strange clock";
}

TEST(Network, fits_no_clock_before_most_of_its_keys_nor_after_them) {
  const auto network = network_of(relays(5), kNow);
  EXPECT_TRUE(network->fits(kNow));
  EXPECT_FALSE(network->fits(kNow + 47h));
  EXPECT_FALSE(network->fits(kNow - 24h * 3));
  EXPECT_FALSE(network->fits(WallTime(-5s)));
  EXPECT_TRUE(network_of({}, kNow)->fits(kNow + 24h * 365)) << "it says nothing";
}

struct Planning {
  explicit Planning(std::span<const directory::Listed> all) : network(network_of(all, kNow)) {
    guards.usable = {{peer_of(0), 0, true}};
    guards.reserved = {peer_of(0)};
  }
  base::Result<Plan> operator()(WallTime wall, Wish wish = {}, bool ahead = false) {
    return plan(*network, guards, {}, {}, {wall, SteadyTime(1h)}, std::move(wish), ahead, random);
  }
  std::shared_ptr<const Network> network;
  GuardChoice guards;
  base::testing::SeededRandom random{1};
};

TEST(Plan, has_the_guards_address_and_the_keys_of_the_others) {
  Planning planning(relays(8));
  const auto made = planning(kNow, {.hops = 4, .port = 443}).value();
  ASSERT_EQ(made.hops.size(), 4U);
  EXPECT_EQ(made.guard.host, "198.1.0.1");
  ASSERT_EQ(made.behind.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(made.behind[i].peer, made.hops[i + 1]);
    EXPECT_EQ(made.behind[i].circuit_key, planning.network->circuit_key_of(made.hops[i + 1], kNow).value());
  }
  EXPECT_EQ(made.exit.peer, made.hops.back());
  EXPECT_EQ(made.exit.ports, (std::vector<std::uint16_t>{80, 443}));
}

TEST(Plan, leaves_out_hops_without_a_valid_key_or_signature) {
  auto all = relays(8);
  auto old = descriptor(1);
  old.circuit_keys = {{{1}, kNow - 40h, kNow + 1h}};
  all[1] = listed(old, 1);
  all[2] = forged(2);
  Planning planning(all);
  for (int i = 0; i < 100; ++i) {
    const auto made = planning(kNow + 2h).value();
    for (const auto& hop : made.hops) {
      EXPECT_NE(hop, peer_of(1));
      EXPECT_NE(hop, peer_of(2));
    }
  }
}

TEST(Plan, blames_the_list_when_the_only_exit_that_fits_has_no_valid_key_any_more) {
  auto all = relays(8);
  auto old = descriptor(1);
  old.circuit_keys = {{{1}, kNow - 40h, kNow + 1h}};
  all[1] = listed(old, 1);
  all[1].country.code = "SE";
  Planning planning(all);
  EXPECT_TRUE(planning(kNow, {.port = 443, .countries = {"SE"}}));
  EXPECT_TRUE(planning(kNow + 2h, {.port = 443, .countries = {"SE"}}).error().is(Errc::list_outdated));
}

TEST(Plan, takes_another_port_when_nobody_waits) {
  Planning planning(relays(8));
  EXPECT_TRUE(planning(kNow, {.port = 25}).error().is(Errc::no_exit_for_port));
  EXPECT_TRUE(planning(kNow, {.port = 25}, true));
}

TEST(Plan, is_not_made_of_an_old_list) {
  Planning planning(relays(8));
  EXPECT_TRUE(planning(kNow + 47h).error().is(Errc::list_outdated));
}

}  // namespace
}  // namespace qnet::path
