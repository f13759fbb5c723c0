#include <gtest/gtest.h>

#include "network/directory/roster_checks.hpp"
#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::heartbeat_of;
using testing::kNow;
using testing::kStart;
using testing::registration_of;
using testing::Relay;

class RosterDeadlineTest : public testing::RosterTest {};

TEST_F(RosterDeadlineTest, an_empty_roster_has_none) { EXPECT_FALSE(roster_.next_deadline()); }

TEST_F(RosterDeadlineTest, a_new_relay_is_due_at_once) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  EXPECT_EQ(roster_.next_deadline(), kStart);
}

TEST_F(RosterDeadlineTest, a_check_that_is_under_way_is_not_due) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  ASSERT_EQ(roster_.due_for_check(kStart, 10).size(), 1U);
  EXPECT_EQ(roster_.next_check(), kStart + CheckLimits::last_retry);
}

TEST_F(RosterDeadlineTest, somebody_is_due_at_the_next_check_and_nobody_just_before) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  answer(relay_, false);
  const auto next = roster_.next_check();
  ASSERT_TRUE(next);
  EXPECT_GT(*next, kStart);
  EXPECT_TRUE(roster_.due_for_check(*next - 1ns, 10).empty());
  EXPECT_EQ(roster_.due_for_check(*next, 10).size(), 1U);
}

TEST_F(RosterDeadlineTest, a_retry_counts_as_a_check) {
  register_and_check(relay_);
  const Relay silent(2, "198.51.99.8");
  ASSERT_TRUE(roster_.take(registration_of(silent.descriptor, 1), kNow, kStart));
  answer(silent, false);
  EXPECT_EQ(roster_.next_check(), roster_.find(silent.key())->check_due);
}

TEST_F(RosterDeadlineTest, a_silent_relay_is_dropped_at_the_next_expiry_and_not_just_before) {
  register_and_check(relay_);
  const auto next = roster_.next_expiry();
  ASSERT_TRUE(next);
  EXPECT_EQ(roster_.drop_silent(*next - 1ns), 0U);
  EXPECT_EQ(roster_.drop_silent(*next), 1U);
  EXPECT_FALSE(roster_.next_deadline()) << "there is nobody left";
}

TEST_F(RosterDeadlineTest, every_sign_of_life_moves_the_expiry) {
  register_and_check(relay_);
  const auto first = roster_.next_expiry().value();
  ASSERT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 2), kNow, kStart + 30s));
  EXPECT_EQ(roster_.next_expiry(), first + 30s);
  roster_.note_alive(heartbeat_of(relay_.descriptor, 3), kNow, kStart + 60s);
  EXPECT_EQ(roster_.next_expiry(), first + 60s);
  const auto wire = relay_.descriptor.wire();
  ASSERT_TRUE(roster_.restore({relay_.key(), {wire.begin(), wire.end()}, 4, kNow, kNow, true, {}, false},
                              kStart + 90s));
  EXPECT_EQ(roster_.next_expiry(), first + 90s);
}

TEST_F(RosterDeadlineTest, the_one_that_was_silent_longest_expires_first) {
  register_and_check(relay_);
  const Relay other(2, "198.51.99.8");
  ASSERT_TRUE(roster_.take(registration_of(other.descriptor, 1), kNow, kStart + 10s));
  const auto next = roster_.next_expiry().value();
  ASSERT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, 2), kNow, kStart + 20s));
  EXPECT_EQ(roster_.next_expiry(), next + 10s);
  EXPECT_EQ(roster_.drop_silent(next + 10s), 1U);
  EXPECT_TRUE(knows(relay_));
  EXPECT_FALSE(knows(other));
}

TEST_F(RosterDeadlineTest, is_the_earlier_of_check_and_expiry) {
  register_and_check(relay_);
  EXPECT_EQ(roster_.next_deadline(), roster_.next_expiry()) << "the next check is in an hour";
  const Relay other(2, "198.51.99.8");
  ASSERT_TRUE(roster_.take(registration_of(other.descriptor, 1), kNow, kStart + 10s));
  EXPECT_EQ(roster_.next_deadline(), kStart + 10s);
}

/// A relay that beats and answers, for a day.
TEST_F(RosterDeadlineTest, who_calls_at_each_deadline_misses_no_check_and_is_not_called_in_vain) {
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart));
  int calls = 0;
  int checks = 0;
  auto now = kStart + 30s;
  for (std::uint64_t beat = 2; now < kStart + 24h; ++beat) {
    for (auto next = roster_.next_deadline(); next && *next <= now; next = roster_.next_deadline()) {
      ++calls;
      ASSERT_EQ(roster_.drop_silent(*next), 0U);
      for (const auto& due : roster_.due_for_check(*next, 10)) {
        ++checks;
        (void)roster_.checked(due, {true, ip::ClientPrefix{1}, {}}, *next);
      }
    }
    ASSERT_TRUE(roster_.take(heartbeat_of(relay_.descriptor, beat), kNow, now));
    now += 30s;
  }
  EXPECT_EQ(checks, 24);
  EXPECT_EQ(calls, checks);
}

}  // namespace
}  // namespace qnet::directory
