#include <gtest/gtest.h>

#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::heartbeat_of;
using testing::kNow;
using testing::kStart;
using testing::registration_of;
using testing::Relay;

class RosterRestoreTest : public testing::RosterTest {
 protected:
  /// The relay as another directory has it.
  [[nodiscard]] static Record record_of(const Relay& relay, std::uint64_t sequence, bool checked) {
    const auto wire = relay.descriptor.wire();
    Record record{relay.key(), {wire.begin(), wire.end()}, sequence, kNow, kNow, checked, {}, false};
    return record;
  }
};

TEST_F(RosterRestoreTest, a_record_restores_what_was_listed) {
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

TEST_F(RosterRestoreTest, who_was_listed_before_a_restart_is_checked_within_the_hour_not_at_once) {
  register_and_check(relay_);
  Roster again;
  again.restore(to_record(*roster_.find(relay_.key())), kStart);
  EXPECT_TRUE(again.due_for_check(kStart + 59s, 10).empty());
  EXPECT_EQ(again.due_for_check(kStart + 1h, 10).size(), 1U);
}

TEST_F(RosterRestoreTest, another_directorys_records_are_taken_and_old_ones_are_not) {
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

TEST_F(RosterRestoreTest, what_others_could_not_reach_stays_listed_and_is_looked_at) {
  register_and_check(relay_);
  ASSERT_TRUE(roster_.due_for_check(kStart + 20min, 10).empty());
  roster_.restore(record_of(relay_, 2, false), kStart + 20min);
  EXPECT_EQ(roster_.listed_count(), 1U);
  EXPECT_EQ(roster_.due_for_check(kStart + 20min, 10).size(), 1U);
}

TEST_F(RosterRestoreTest, an_old_row_of_its_own_does_not_unlist_what_has_answered_since) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  const auto before = to_record(*roster_.find(relay_.key()));
  answer(relay_, true);
  EXPECT_FALSE(roster_.restore(before, kStart + 1s));
  EXPECT_EQ(roster_.listed_count(), 1U);
  EXPECT_TRUE(roster_.due_for_check(kStart + 1s, 10).empty()) << "it answered a moment ago";
}

TEST_F(RosterRestoreTest, what_was_found_dead_from_here_is_not_listed_because_others_list_it) {
  register_and_check(relay_);
  answer(relay_, false, {}, kStart + 61min);
  answer(relay_, false, {}, kStart + 62min);
  ASSERT_EQ(roster_.listed_count(), 0U);
  roster_.restore(record_of(relay_, 2, true), kStart + 62min);
  EXPECT_EQ(roster_.listed_count(), 0U);
}

TEST_F(RosterRestoreTest, an_address_that_was_not_checked_from_here_is_listed_as_others_found_it) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  roster_.restore(record_of(relay_, 1, true), kStart + 1s);
  EXPECT_EQ(roster_.listed_count(), 1U);
}

TEST_F(RosterRestoreTest, a_heartbeat_to_another_directory_does_not_make_one_here_too_soon) {
  register_and_check(relay_);
  roster_.restore(record_of(relay_, 2, true), kStart + 30s);
  EXPECT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 3), kNow, kStart + 31s));
}

TEST_F(RosterRestoreTest, a_row_does_not_bring_back_who_was_silent) {
  register_and_check(relay_);
  const auto row = to_record(*roster_.find(relay_.key()));
  ASSERT_EQ(roster_.prune(kNow, kStart + 121s), 1U);
  EXPECT_FALSE(roster_.restore(row, kStart + 122s));
  EXPECT_FALSE(knows(relay_));
}

TEST_F(RosterRestoreTest, the_number_of_who_is_not_brought_back_is_remembered) {
  roster_.remember(record_of(relay_, 5, true), kStart);
  expect_refused(registration_of(relay_.descriptor, 5), Errc::replayed);
  EXPECT_TRUE(roster_.take(registration_of(relay_.descriptor, 6), kNow, kStart + 10s));
}

TEST_F(RosterRestoreTest, a_departed_row_of_any_age_keeps_its_number) {
  auto record = record_of(relay_, 5, true);
  record.departed = true;
  record.last_seen -= 5min;
  roster_.restore(record, kStart);
  expect_refused(registration_of(relay_.descriptor, 5), Errc::replayed);
}

TEST_F(RosterRestoreTest, no_more_come_back_at_one_address_than_are_listed_there) {
  for (std::uint64_t seed = 1; seed <= RosterLimits::at_one_host + 4; ++seed)
    roster_.restore(record_of(Relay(seed), 1, true), kStart);
  EXPECT_EQ(roster_.listed_count(), RosterLimits::at_one_host);
}

}  // namespace
}  // namespace qnet::directory
