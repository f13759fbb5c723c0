#include "network/directory/roster.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::goodbye_of;
using testing::heartbeat_of;
using testing::kNow;
using testing::kStart;
using testing::registration_of;
using testing::Relay;
using testing::signed_again;

class RosterTest : public testing::RosterTest {};

TEST_F(RosterTest, updates_a_relay_and_does_not_list_it_twice) {
  register_and_check(relay_);
  auto changed = descriptor_of(relay_.keys);
  changed.bandwidth = 1;
  const auto descriptor = SignedDescriptor::sign(changed, relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(descriptor, 2), kNow, kStart + 30s));
  roster_.stored(relay_.key(), descriptor.digest(), kStart + 30s);
  ASSERT_EQ(roster_.listed().size(), 1U);
  EXPECT_EQ(roster_.listed()[0]->descriptor, descriptor);
  EXPECT_EQ(roster_.listed()[0]->first_seen, kNow);
}

TEST_F(RosterTest, refuses_a_replayed_registration) {
  register_and_check(relay_);
  expect_refused(registration_of(relay_.descriptor, 1), Errc::replayed);
}

TEST_F(RosterTest, refuses_a_replay_after_a_goodbye) {
  register_and_check(relay_);
  ASSERT_TRUE(roster_.take(goodbye_of(relay_.descriptor, 2), kNow, kStart + 10s));
  EXPECT_TRUE(roster_.listed().empty());
  expect_refused(registration_of(relay_.descriptor, 1), Errc::replayed);
  expect_refused(registration_of(relay_.descriptor, 2), Errc::replayed);
}

TEST_F(RosterTest, refuses_a_clock_that_is_more_than_five_minutes_off) {
  EXPECT_TRUE(roster_.take(registration_of(relay_.descriptor, 1, kNow - 5min), kNow, kStart));
  expect_refused(heartbeat_of(relay_.descriptor, 2, kNow - 5min - 1s), Errc::clock_skewed);
  expect_refused(heartbeat_of(relay_.descriptor, 2, kNow + 5min + 1s), Errc::clock_skewed);
}

TEST_F(RosterTest, asks_for_the_descriptor_of_a_peer_that_it_does_not_know) {
  expect_refused(heartbeat_of(relay_.descriptor, 1), Errc::unknown_peer);
}

TEST_F(RosterTest, refuses_an_older_descriptor_than_the_known_one) {
  register_and_check(relay_);
  auto older = descriptor_of(relay_.keys);
  older.issued -= 1min;
  expect_refused(registration_of(SignedDescriptor::sign(older, relay_.keys), 2), Errc::replayed);
}

TEST_F(RosterTest, refuses_one_peer_that_registers_all_the_time) {
  register_and_check(relay_);
  expect_refused(heartbeat_of(relay_.descriptor, 2), Errc::too_soon, kNow, kStart + 4s);
  EXPECT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 2), kNow, kStart + 5s));
}

TEST_F(RosterTest, refuses_private_addresses_unless_they_are_asked_for) {
  for (const auto* const host : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "fd00::1",
                                 "::ffff:10.0.0.1", "localhost", "printer.local"}) {
    const Relay relay(9, host);
    expect_refused(registration_of(relay.descriptor, 1), Errc::private_address);
    Roster own_network(Roster::Options{.private_addresses = true});
    EXPECT_TRUE(own_network.take(registration_of(relay.descriptor, 1), kNow, kStart)) << host;
  }
}

TEST_F(RosterTest, refuses_a_descriptor_that_has_expired) {
  auto descriptor = descriptor_of(relay_.keys);
  descriptor.issued = kNow - 2h;
  descriptor.expires = kNow;
  expect_refused(registration_of(SignedDescriptor::sign(descriptor, relay_.keys), 1), Errc::expired);
}

TEST_F(RosterTest, forgets_who_was_silent_for_two_minutes) {
  register_and_check(relay_);
  EXPECT_EQ(roster_.prune(kNow, kStart + RosterLimits::expiry), 0U);
  EXPECT_EQ(roster_.prune(kNow, kStart + RosterLimits::expiry + 1s), 1U);
  EXPECT_TRUE(roster_.listed().empty());
  EXPECT_EQ(roster_.size(), 0U);
}

TEST_F(RosterTest, keeps_everybody_when_the_wall_clock_jumps) {
  register_and_check(relay_);
  EXPECT_EQ(roster_.prune(kNow + 1h, kStart + 30s), 0U);
  EXPECT_EQ(roster_.prune(kNow - 1h, kStart + 30s), 0U);
}

TEST_F(RosterTest, a_country_from_the_database_beats_the_declared_one) {
  register_and_check(relay_, {"DE", CountrySource::database});
  EXPECT_TRUE(roster_.listed("SE").empty());
  ASSERT_EQ(roster_.listed("DE").size(), 1U);
  EXPECT_EQ(roster_.listed("DE")[0]->country.source, CountrySource::database);
  const Relay other(2);
  register_and_check(other);
  ASSERT_EQ(roster_.listed("SE").size(), 1U);
  EXPECT_EQ(roster_.listed("SE")[0]->country.source, CountrySource::declared);
  EXPECT_EQ(roster_.countries(), (std::map<std::string, std::size_t>{{"DE", 1}, {"SE", 1}}));
}

TEST_F(RosterTest, a_goodbye_from_nobody_leaves_nothing_behind) {
  const auto taken = roster_.take(goodbye_of(relay_.descriptor, 7), kNow, kStart);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(*taken) << "nothing to store";
  EXPECT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart)) << "nor to remember";
}

TEST_F(RosterTest, a_goodbye_is_kept_with_the_time_at_which_it_was_said) {
  register_and_check(relay_);
  const auto taken = roster_.take(goodbye_of(relay_.descriptor, 2), kNow + 90s, kStart + 90s);
  ASSERT_TRUE(taken && *taken);
  EXPECT_TRUE((*taken)->departed);
  EXPECT_EQ((*taken)->sequence, 2U);
  EXPECT_EQ((*taken)->last_seen, kNow + 90s);
}

TEST_F(RosterTest, refuses_a_replay_from_before_a_silence) {
  register_and_check(relay_);
  ASSERT_EQ(roster_.prune(kNow, kStart + 121s), 1U);
  expect_refused(registration_of(relay_.descriptor, 1), Errc::replayed, kNow, kStart + 122s);
  EXPECT_TRUE(roster_.take(registration_of(relay_.descriptor, 2), kNow, kStart + 122s));
}

TEST_F(RosterTest, a_sign_of_life_that_could_not_be_stored_counts) {
  register_and_check(relay_);
  roster_.note_alive(heartbeat_of(relay_.descriptor, 2), kNow, kStart + 100s);
  EXPECT_EQ(roster_.prune(kNow, kStart + 150s), 0U);
  EXPECT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 2), kNow, kStart + 150s)) << "its number is free";
}

TEST_F(RosterTest, no_copy_no_goodbye_and_no_old_letter_is_a_sign_of_life) {
  register_and_check(relay_);
  roster_.note_alive(heartbeat_of(relay_.descriptor, 1), kNow, kStart + 100s);
  roster_.note_alive(goodbye_of(relay_.descriptor, 2), kNow, kStart + 100s);
  roster_.note_alive(heartbeat_of(relay_.descriptor, 3, kNow - 6min), kNow, kStart + 100s);
  EXPECT_EQ(roster_.prune(kNow, kStart + 150s), 1U);
}

TEST_F(RosterTest, a_long_list_can_be_read_in_steps) {
  std::vector<Relay> relays;
  for (std::uint64_t i = 0; i < 7; ++i) {
    relays.emplace_back(100 + i, testing::host_of(i));
    register_and_check(relays.back(), {i % 2 == 0 ? "SE" : "DE", CountrySource::database});
  }
  for (const auto* const country : {"", "SE", "NO"}) {
    std::vector<const Entry*> read;
    while (true) {
      const auto* const last = read.empty() ? nullptr : &read.back()->key();
      const auto more = roster_.listed_after(last, 2, country);
      if (more.empty()) break;
      read.insert(read.end(), more.begin(), more.end());
    }
    EXPECT_EQ(read, roster_.listed(country)) << country;
    EXPECT_EQ(read.size(), roster_.listed_count(country)) << country;
    EXPECT_TRUE(std::ranges::is_sorted(read, {}, [](const auto* entry) { return entry->key(); }));
  }
  EXPECT_EQ(roster_.listed_count("SE"), 4U);
}

TEST_F(RosterTest, the_revision_changes_with_the_list_alone) {
  register_and_check(relay_);
  const auto revision = roster_.revision();
  ASSERT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 2), kNow, kStart + 30s));
  EXPECT_EQ(roster_.revision(), revision);
  ASSERT_TRUE(roster_.take(goodbye_of(relay_.descriptor, 3), kNow, kStart + 60s));
  EXPECT_NE(roster_.revision(), revision);
}

}  // namespace
}  // namespace qnet::directory
