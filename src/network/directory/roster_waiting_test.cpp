#include <gtest/gtest.h>

#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::goodbye_of;
using testing::host_of;
using testing::kNow;
using testing::kStart;
using testing::registration_of;
using testing::Relay;
using testing::signed_again;

class RosterWaitingTest : public testing::RosterTest {
 protected:
  /// The room is full of relays that were not visited yet.
  void fill() {
    for (std::uint64_t seed = 0; seed < RosterLimits::unchecked; ++seed) {
      waiting_.emplace_back(1000 + seed, host_of(seed));
      ASSERT_TRUE(roster_.take(registration_of(waiting_.back().descriptor, 1), kNow, kStart));
    }
  }
  void fail(const Relay& relay, SteadyTime now) {
    (void)roster_.checked({relay.key(), roster_.find(relay.key())->endpoint_id}, {}, now);
  }
  /// A newcomer is taken although no slot is free, and this relay is dropped for it.
  void expect_makes_room_after_moving(const Relay& relay) {
    const auto moved = SignedDescriptor::sign(descriptor_of(relay.keys, "198.51.99.200"), relay.keys);
    ASSERT_TRUE(roster_.take(registration_of(moved, 2), kNow, kStart + 10s));
    ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart + 11s));
    EXPECT_FALSE(knows(relay));
  }
  std::vector<Relay> waiting_;
};

TEST_F(RosterWaitingTest, is_bounded_while_nobody_has_failed) {
  fill();
  expect_refused(registration_of(relay_.descriptor, 1), Errc::full);
}

TEST_F(RosterWaitingTest, who_has_failed_longest_makes_room_for_a_newcomer) {
  fill();
  fail(waiting_[7], kStart + 1s);
  fail(waiting_[3], kStart + 2s);
  fail(waiting_[7], kStart + 3s);
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart + 4s));
  EXPECT_FALSE(knows(waiting_[7]));
  EXPECT_TRUE(knows(waiting_[3]));
  EXPECT_EQ(roster_.size(), RosterLimits::unchecked);
}

TEST_F(RosterWaitingTest, who_was_never_listed_makes_room_before_who_was) {
  register_and_check(relay_);
  answer(relay_, false, {}, kStart + 1h);
  answer(relay_, false, {}, kStart + 2h);
  ASSERT_EQ(roster_.listed_count(), 0U);
  for (std::uint64_t seed = 1; seed < RosterLimits::unchecked; ++seed) {
    waiting_.emplace_back(1000 + seed, host_of(seed));
    ASSERT_TRUE(roster_.take(registration_of(waiting_.back().descriptor, 1), kNow, kStart + 2h));
  }
  fail(waiting_[5], kStart + 3h);
  ASSERT_TRUE(roster_.take(registration_of(Relay(2).descriptor, 1), kNow, kStart + 3h));
  EXPECT_TRUE(knows(relay_));
  EXPECT_FALSE(knows(waiting_[5]));
  ASSERT_TRUE(roster_.take(registration_of(Relay(3, "198.51.99.9").descriptor, 1), kNow, kStart + 3h));
  EXPECT_FALSE(knows(relay_)) << "the last that has failed";
}

TEST_F(RosterWaitingTest, a_listed_relay_signs_anew_however_many_wait) {
  register_and_check(relay_);
  fill();
  ASSERT_TRUE(roster_.take(registration_of(signed_again(relay_), 2), kNow, kStart + 1min));
  EXPECT_EQ(roster_.listed_count(), 1U);
}

TEST_F(RosterWaitingTest, who_moves_away_from_the_list_waits_like_a_newcomer) {
  register_and_check(relay_);
  fill();
  const auto moved = SignedDescriptor::sign(descriptor_of(relay_.keys, "198.51.99.8"), relay_.keys);
  expect_refused(registration_of(moved, 2), Errc::full);
  EXPECT_EQ(roster_.listed_count(), 1U);
  fail(waiting_[0], kStart + 10s);
  EXPECT_TRUE(roster_.take(registration_of(moved, 3), kNow, kStart + 10s));
}

TEST_F(RosterWaitingTest, has_sixteen_slots_for_those_that_name_one_host) {
  for (std::uint64_t seed = 100; seed < 100 + RosterLimits::waiting_at_one_host; ++seed) {
    waiting_.emplace_back(seed);
    ASSERT_TRUE(roster_.take(registration_of(waiting_.back().descriptor, 1), kNow, kStart));
  }
  expect_refused(registration_of(relay_.descriptor, 1), Errc::full);
  EXPECT_TRUE(roster_.take(registration_of(Relay(50, "198.51.99.8").descriptor, 1), kNow, kStart));
  fail(waiting_[9], kStart + 1s);
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart + 2s));
  EXPECT_FALSE(knows(waiting_[9]));
}

TEST_F(RosterWaitingTest, a_goodbye_gives_the_slot_back) {
  for (std::uint64_t seed = 100; seed < 100 + RosterLimits::waiting_at_one_host; ++seed) {
    waiting_.emplace_back(seed);
    ASSERT_TRUE(roster_.take(registration_of(waiting_.back().descriptor, 1), kNow, kStart));
  }
  ASSERT_TRUE(roster_.take(goodbye_of(waiting_[0].descriptor, 2), kNow, kStart + 10s));
  EXPECT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart + 10s));
}

TEST_F(RosterWaitingTest, nobody_keeps_a_slot_by_trying_one_address_after_the_other) {
  fill();
  fail(waiting_[0], kStart + 1s);
  expect_makes_room_after_moving(waiting_[0]);
}

TEST_F(RosterWaitingTest, nor_by_changing_the_address_before_anybody_has_probed) {
  fill();
  expect_makes_room_after_moving(waiting_[0]);
}

TEST_F(RosterWaitingTest, nor_at_the_host_that_it_keeps_others_out_of) {
  for (std::uint64_t seed = 100; seed < 100 + RosterLimits::waiting_at_one_host; ++seed) {
    waiting_.emplace_back(seed);
    ASSERT_TRUE(roster_.take(registration_of(waiting_.back().descriptor, 1), kNow, kStart));
  }
  auto renamed = descriptor_of(waiting_[4].keys);
  renamed.cover_name = "another.example.com";
  ASSERT_TRUE(roster_.take(registration_of(SignedDescriptor::sign(renamed, waiting_[4].keys), 2), kNow,
                           kStart + 10s));
  ASSERT_TRUE(roster_.take(registration_of(relay_.descriptor, 1), kNow, kStart + 11s));
  EXPECT_FALSE(knows(waiting_[4]));
}

}  // namespace
}  // namespace qnet::directory
