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

class RosterChecksTest : public testing::RosterTest {
 protected:
  /// Sixteen that answer where relay_ says that it is.
  void crowd() {
    for (std::uint64_t seed = 100; seed < 100 + RosterLimits::at_one_host; ++seed)
      register_and_check(Relay(seed));
    ASSERT_EQ(roster_.listed_count(), RosterLimits::at_one_host);
  }
};

TEST_F(RosterChecksTest, checks_newcomers_and_lost_relays_before_those_that_never_answered) {
  register_and_check(relay_);
  const Relay silent(2, "198.51.99.8");
  ASSERT_TRUE(roster_.take(registration_of(silent.descriptor, 1), kNow, kStart));
  answer(silent, false, {}, kStart);
  const Relay fresh(3, "198.51.99.9");
  ASSERT_TRUE(roster_.take(registration_of(fresh.descriptor, 1), kNow, kStart + 2h));
  // The silent one has been due for longest.
  const auto due = roster_.due_for_check(kStart + 2h, 2);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ((std::set{due[0].peer, due[1].peer}), (std::set{relay_.key(), fresh.key()}));
  const auto last = roster_.due_for_check(kStart + 2h, 2);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].peer, silent.key());
}

TEST_F(RosterChecksTest, lists_a_relay_only_after_its_address_has_answered) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  EXPECT_TRUE(roster_.listed().empty());
  const auto due = roster_.due_for_check(kStart, 10);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].peer, relay_.key());
  EXPECT_TRUE(roster_.due_for_check(kStart, 10).empty()) << "it is being checked";
  const auto record = roster_.checked(due[0], {true, ip::ClientPrefix{1}, {}}, kStart);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->checked);
  EXPECT_EQ(roster_.listed().size(), 1U);
}

TEST_F(RosterChecksTest, checks_a_new_address_before_it_is_listed_again) {
  register_and_check(relay_);
  const auto moved = SignedDescriptor::sign(descriptor_of(relay_.keys, "198.51.99.8"), relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(moved, 2), kNow, kStart + 30s));
  EXPECT_TRUE(roster_.listed().empty());
  EXPECT_EQ(roster_.due_for_check(kStart + 30s, 10).size(), 1U);
}

TEST_F(RosterChecksTest, takes_no_answer_from_an_old_address_for_the_new_one) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  const auto old = roster_.due_for_check(kStart, 10);
  const auto moved = SignedDescriptor::sign(descriptor_of(relay_.keys, "198.51.99.8"), relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(moved, 2), kNow, kStart + 30s));
  EXPECT_FALSE(roster_.checked(old.at(0), {true, ip::ClientPrefix{1}, {}}, kStart + 30s));
  // Nor when the new one is being checked, too.
  ASSERT_EQ(roster_.due_for_check(kStart + 30s, 10).size(), 1U);
  EXPECT_FALSE(roster_.checked(old.at(0), {true, ip::ClientPrefix{1}, {}}, kStart + 30s));
  EXPECT_TRUE(roster_.listed().empty());
}

TEST_F(RosterChecksTest, takes_no_answer_from_a_former_life_for_this_one) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  const auto old = roster_.due_for_check(kStart, 10);
  ASSERT_TRUE(roster_.take(goodbye_of(relay_.descriptor, 2), kNow, kStart));
  const auto moved = SignedDescriptor::sign(descriptor_of(relay_.keys, "198.51.99.8"), relay_.keys);
  ASSERT_TRUE(roster_.take(registration_of(moved, 3), kNow, kStart));
  EXPECT_FALSE(roster_.checked(old.at(0), {true, ip::ClientPrefix{1}, {}}, kStart + 30s));
  EXPECT_TRUE(roster_.listed().empty());
}

TEST_F(RosterChecksTest, one_lost_check_does_not_unlist_and_two_do) {
  register_and_check(relay_);
  answer(relay_, false, {}, kStart + 61min);
  EXPECT_EQ(roster_.listed().size(), 1U);
  answer(relay_, false, {}, kStart + 80min);
  EXPECT_TRUE(roster_.listed().empty());
  answer(relay_, true, {}, kStart + 100min);
  EXPECT_EQ(roster_.listed().size(), 1U);
}

TEST_F(RosterChecksTest, is_checked_again_within_the_hour) {
  register_and_check(relay_);
  EXPECT_TRUE(roster_.due_for_check(kStart + 59min, 10).empty());
  EXPECT_EQ(roster_.due_for_check(kStart + 60min, 10).size(), 1U);
}

TEST_F(RosterChecksTest, who_never_answered_is_dropped_after_six_checks) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  for (unsigned i = 0; i < RosterLimits::failed_checks; ++i) {
    ASSERT_TRUE(knows(relay_)) << i;
    answer(relay_, false, {}, kStart + 10min * i);
  }
  EXPECT_FALSE(knows(relay_));
  expect_refused(heartbeat_of(relay_.descriptor, 2), Errc::unknown_peer);
  EXPECT_TRUE(roster_.take(registration_of(relay_.descriptor, 3), kNow, kStart + 2h));
}

TEST_F(RosterChecksTest, who_was_listed_once_is_not_dropped_while_it_lives) {
  register_and_check(relay_);
  for (unsigned i = 0; i < 2 * RosterLimits::failed_checks; ++i) answer(relay_, false, {}, kStart + 1h * i);
  EXPECT_TRUE(knows(relay_));
  EXPECT_EQ(roster_.listed_count(), 0U);
}

TEST_F(RosterChecksTest, lists_no_more_than_sixteen_that_answer_at_one_address) {
  crowd();
  register_and_check(relay_);
  EXPECT_EQ(roster_.listed_count(), RosterLimits::at_one_host);
  expect_refused(heartbeat_of(relay_.descriptor, 2), Errc::crowded_address);
  expect_refused(registration_of(signed_again(relay_), 3), Errc::crowded_address, kNow, kStart + 30s);
  const Relay elsewhere(50, "198.51.99.8");
  register_and_check(elsewhere);
  EXPECT_EQ(roster_.listed_count(), RosterLimits::at_one_host + 1);
}

TEST_F(RosterChecksTest, one_address_has_no_more_slots_by_other_names) {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    const Relay relay(seed, "r" + std::to_string(seed) + ".example.org");
    ASSERT_TRUE(roster_.take(registration_of(relay.descriptor, 1), kNow, kStart));
    (void)roster_.checked({relay.key(), roster_.find(relay.key())->endpoint_id},
                          {true, ip::ClientPrefix{1}, {}}, kStart);
  }
  EXPECT_EQ(roster_.listed_count(), RosterLimits::at_one_host);
}

TEST_F(RosterChecksTest, who_finds_no_room_is_alive_and_listed_when_there_is_some) {
  crowd();
  register_and_check(relay_);
  expect_refused(heartbeat_of(relay_.descriptor, 2), Errc::crowded_address, kNow, kStart + 100s);
  expect_refused(heartbeat_of(relay_.descriptor, 2), Errc::replayed, kNow, kStart + 110s);
  (void)roster_.prune(kNow, kStart + 200s);
  ASSERT_TRUE(knows(relay_));
  ASSERT_EQ(roster_.listed_count(), 0U) << "the others were silent";
  EXPECT_EQ(roster_.due_for_check(kStart + 10min, 10).size(), 1U);
  answer(relay_, true, {}, kStart + 10min);
  EXPECT_EQ(roster_.listed_count(), 1U);
  EXPECT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 3), kNow, kStart + 10min));
}

TEST_F(RosterChecksTest, a_name_that_leads_to_a_crowded_address_now_is_unlisted) {
  crowd();
  const Relay named(50, "relay.example.org");
  ASSERT_TRUE(roster_.take(registration_of(named.descriptor, 1), kNow, kStart));
  (void)roster_.checked({named.key(), roster_.find(named.key())->endpoint_id},
                        {true, ip::ClientPrefix{1}, {}}, kStart);
  ASSERT_EQ(roster_.listed_count(), RosterLimits::at_one_host + 1);
  const auto site = ip::client_prefix(*ip::IpAddress::parse("198.51.99.7"));
  const auto record =
      roster_.checked({named.key(), roster_.find(named.key())->endpoint_id}, {true, site, {}}, kStart + 1h);
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->checked);
  EXPECT_EQ(roster_.listed_count(), RosterLimits::at_one_host);
}

TEST_F(RosterChecksTest, nobody_is_kept_out_by_peers_that_only_name_its_address) {
  for (std::uint64_t seed = 100; seed < 100 + RosterLimits::waiting_at_one_host; ++seed) {
    const Relay stranger(seed);
    ASSERT_TRUE(roster_.take(registration_of(stranger.descriptor, 1), kNow, kStart));
    answer(stranger, false);
  }
  register_and_check(relay_);
  EXPECT_EQ(roster_.listed_count(), 1U);
}

TEST_F(RosterChecksTest, lists_no_more_than_clients_take) {
  Roster::Options options;
  options.list_bytes = 2 * (relay_.descriptor.wire().size() + 40);
  roster_ = Roster(options);
  const std::vector<Relay> relays = [] {
    std::vector<Relay> three;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) three.emplace_back(seed);
    return three;
  }();
  for (const auto& relay : relays) register_and_check(relay);
  EXPECT_EQ(roster_.listed_count(), 2U);
  expect_refused(heartbeat_of(relays[2].descriptor, 2), Errc::full);
  ASSERT_TRUE(roster_.take(goodbye_of(relays[0].descriptor, 2), kNow, kStart + 20s));
  answer(relays[2], true, {}, kStart + 10min);
  EXPECT_EQ(roster_.listed_count(), 2U);
}

}  // namespace
}  // namespace qnet::directory
