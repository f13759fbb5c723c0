#include "directory/roster.hpp"

#include <gtest/gtest.h>

#include "directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::goodbye_of;
using testing::heartbeat_of;
using testing::identity;
using testing::kNow;
using testing::kStart;
using testing::registration_of;

struct Relay {
  explicit Relay(std::uint64_t seed, const std::string& host = "198.51.99.7")
      : keys(identity(seed)), descriptor(SignedDescriptor::sign(descriptor_of(keys, host), keys)) {}
  [[nodiscard]] const PeerKey& key() const { return keys.signing.public_key; }
  mesh::Identity keys;
  SignedDescriptor descriptor;
};

class RosterTest : public ::testing::Test {
 protected:
  void register_and_check(const Relay& relay, Country country = {}) {
    ASSERT_TRUE(roster_.take(registration_of(relay.descriptor, 1), kNow, kStart));
    answer(relay, true, std::move(country));
  }
  void answer(const Relay& relay, bool answered, Country country = {}, SteadyTime now = kStart) {
    (void)roster_.due_for_check(now, 100);
    (void)roster_.checked(relay.key(), relay.descriptor.digest(), answered, country, now);
  }
  void expect_refused(const Registration& registration, Errc code, WallTime wall = kNow,
                      SteadyTime now = kStart + 10s) {
    const auto taken = roster_.take(registration, wall, now);
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().is(code)) << taken.error().message();
  }

  Roster roster_;
  Relay relay_{1};
};

TEST_F(RosterTest, lists_a_relay_only_after_its_address_has_answered) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  EXPECT_TRUE(roster_.listed().empty());
  EXPECT_EQ(roster_.due_for_check(kStart, 10), std::vector<PeerKey>{relay_.key()});
  EXPECT_TRUE(roster_.due_for_check(kStart, 10).empty()) << "it is being checked";
  const auto record = roster_.checked(relay_.key(), relay_.descriptor.digest(), true, {}, kStart);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->checked);
  EXPECT_EQ(roster_.listed().size(), 1U);
}

TEST_F(RosterTest, updates_a_relay_and_does_not_list_it_twice) {
  register_and_check(relay_);
  auto changed = descriptor_of(relay_.keys);
  changed.bandwidth = 1;
  const auto descriptor = SignedDescriptor::sign(changed, relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(descriptor, 2), kNow, kStart + 30s));
  ASSERT_EQ(roster_.listed().size(), 1U);
  EXPECT_EQ(roster_.listed()[0]->descriptor, descriptor);
  EXPECT_EQ(roster_.listed()[0]->first_seen, kNow);
}

TEST_F(RosterTest, checks_a_new_address_before_it_is_listed_again) {
  register_and_check(relay_);
  const auto moved = SignedDescriptor::sign(descriptor_of(relay_.keys, "198.51.99.8"), relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(moved, 2), kNow, kStart + 30s));
  EXPECT_TRUE(roster_.listed().empty());
  EXPECT_EQ(roster_.due_for_check(kStart + 30s, 10).size(), 1U);
}

TEST_F(RosterTest, takes_no_answer_from_an_old_address_for_the_new_one) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  (void)roster_.due_for_check(kStart, 10);
  const auto moved = SignedDescriptor::sign(descriptor_of(relay_.keys, "198.51.99.8"), relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(moved, 2), kNow, kStart + 30s));
  EXPECT_FALSE(roster_.checked(relay_.key(), relay_.descriptor.digest(), true, {}, kStart + 30s));
  EXPECT_TRUE(roster_.listed().empty());
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

TEST_F(RosterTest, takes_no_more_than_sixteen_peers_at_one_host) {
  for (std::uint64_t seed = 1; seed <= RosterLimits::at_one_host; ++seed)
    ASSERT_TRUE(roster_.take(registration_of(Relay(seed).descriptor, 1), kNow, kStart));
  expect_refused(registration_of(Relay(100).descriptor, 1), Errc::crowded_address);
  EXPECT_TRUE(roster_.take(registration_of(Relay(101, "198.51.99.8").descriptor, 1), kNow, kStart));
}

TEST_F(RosterTest, a_goodbye_makes_room_at_its_host) {
  for (std::uint64_t seed = 1; seed <= RosterLimits::at_one_host; ++seed)
    ASSERT_TRUE(roster_.take(registration_of(Relay(seed).descriptor, 1), kNow, kStart));
  ASSERT_TRUE(roster_.take(goodbye_of(relay_.descriptor, 2), kNow, kStart + 10s));
  EXPECT_TRUE(roster_.take(registration_of(Relay(100).descriptor, 1), kNow, kStart));
}

TEST_F(RosterTest, bounds_how_many_wait_for_a_check) {
  for (std::uint64_t seed = 0; seed < RosterLimits::unchecked; ++seed) {
    const auto host = "198.51." + std::to_string(seed / 200) + "." + std::to_string(1 + seed % 200);
    ASSERT_TRUE(roster_.take(registration_of(Relay(1000 + seed, host).descriptor, 1), kNow, kStart));
  }
  expect_refused(registration_of(relay_.descriptor, 1), Errc::full);
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

TEST_F(RosterTest, a_sign_of_life_that_could_not_be_stored_counts) {
  register_and_check(relay_);
  roster_.note_alive(relay_.key(), kStart + 100s);
  EXPECT_EQ(roster_.prune(kNow, kStart + 150s), 0U);
}

TEST_F(RosterTest, one_lost_check_does_not_unlist_and_two_do) {
  register_and_check(relay_);
  answer(relay_, false, {}, kStart + 61min);
  EXPECT_EQ(roster_.listed().size(), 1U);
  answer(relay_, false, {}, kStart + 80min);
  EXPECT_TRUE(roster_.listed().empty());
  answer(relay_, true, {}, kStart + 100min);
  EXPECT_EQ(roster_.listed().size(), 1U);
}

TEST_F(RosterTest, is_checked_again_within_the_hour) {
  register_and_check(relay_);
  EXPECT_TRUE(roster_.due_for_check(kStart + 59min, 10).empty());
  EXPECT_EQ(roster_.due_for_check(kStart + 60min, 10).size(), 1U);
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

TEST_F(RosterTest, a_record_restores_what_was_listed) {
  register_and_check(relay_, {"DE", CountrySource::database});
  const auto record = to_record(*roster_.find(relay_.key()));
  Roster again;
  again.restore(record, kStart + 1h);
  ASSERT_EQ(again.listed("DE").size(), 1U);
  EXPECT_EQ(to_record(*again.find(relay_.key())), record);
  EXPECT_EQ(again.prune(kNow, kStart + 1h + 60s), 0U) << "it has time to be heard of again";
  const auto replay = again.take(registration_of(relay_.descriptor, 1), kNow, kStart + 2h);
  EXPECT_FALSE(replay);
}

TEST_F(RosterTest, who_was_listed_before_a_restart_is_checked_within_the_hour_not_at_once) {
  register_and_check(relay_);
  Roster again;
  again.restore(to_record(*roster_.find(relay_.key())), kStart);
  EXPECT_TRUE(again.due_for_check(kStart + 59s, 10).empty());
  EXPECT_EQ(again.due_for_check(kStart + 1h, 10).size(), 1U);
}

TEST_F(RosterTest, another_directorys_records_are_taken_and_old_ones_are_not) {
  register_and_check(relay_);
  auto record = to_record(*roster_.find(relay_.key()));
  record.sequence = 9;
  record.last_seen += 30s;
  roster_.restore(record, kStart + 100s);
  EXPECT_EQ(roster_.prune(kNow, kStart + 130s), 0U) << "it was heard of there";
  record.departed = true;
  record.sequence = 8;
  roster_.restore(record, kStart + 100s);
  EXPECT_EQ(roster_.listed().size(), 1U);
  record.sequence = 10;
  roster_.restore(record, kStart + 100s);
  EXPECT_TRUE(roster_.listed().empty());
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
