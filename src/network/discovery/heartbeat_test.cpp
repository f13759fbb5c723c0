#include "network/discovery/heartbeat.hpp"

#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::discovery {
namespace {

using directory::Answer;
using directory::Status;
using namespace std::chrono_literals;

constexpr std::uint64_t kNow = 1'800'000'000'000;

class HeartbeatTest : public ::testing::Test {
 protected:
  Heartbeat::Next answered(Status status, bool whole = false, std::uint64_t sequence = 0,
                           std::chrono::seconds retry_after = 0s) {
    Answer answer;
    answer.status = status;
    answer.sequence = sequence;
    answer.retry_after = retry_after;
    if (!answer.good()) answer.error = "It is wrong.";
    return heartbeat_.answered(answer, descriptor_, whole, sequence_, kNow, random_);
  }
  base::testing::SeededRandom random_{3};
  crypto::Digest descriptor_{1};
  Sequence sequence_;
  Heartbeat heartbeat_;
};

TEST_F(HeartbeatTest, comes_each_30_seconds_more_or_less) {
  std::chrono::milliseconds least = 1h;
  std::chrono::milliseconds most = 0h;
  for (int i = 0; i < 1000; ++i) {
    const auto next = answered(Status::ok);
    EXPECT_FALSE(next.at_once);
    least = std::min(least, next.pause);
    most = std::max(most, next.pause);
  }
  EXPECT_GE(least, 25s);
  EXPECT_LE(least, 26s);
  EXPECT_GE(most, 34s);
  EXPECT_LE(most, 35s);
}

TEST_F(HeartbeatTest, a_descriptor_is_sent_until_it_is_known) {
  EXPECT_TRUE(heartbeat_.must_send_whole(descriptor_));
  (void)answered(Status::accepted, true);
  EXPECT_FALSE(heartbeat_.must_send_whole(descriptor_));
  EXPECT_TRUE(heartbeat_.must_send_whole(crypto::Digest{2}));
}

TEST_F(HeartbeatTest, is_worth_a_goodbye_once_it_was_taken) {
  EXPECT_FALSE(heartbeat_.known());
  (void)heartbeat_.failed("Nobody is there.", random_);
  EXPECT_FALSE(heartbeat_.known());
  (void)answered(Status::accepted, true);
  (void)heartbeat_.failed("Nobody is there.", random_);
  EXPECT_TRUE(heartbeat_.known());
  EXPECT_FALSE(heartbeat_.in_touch());
}

TEST_F(HeartbeatTest, is_listed_only_when_the_directory_says_so) {
  (void)answered(Status::accepted, true);
  EXPECT_TRUE(heartbeat_.known());
  EXPECT_FALSE(heartbeat_.listed());
  EXPECT_NE(heartbeat_.problem().find("not reached"), std::string::npos);
  (void)answered(Status::ok);
  EXPECT_TRUE(heartbeat_.listed());
  EXPECT_EQ(heartbeat_.problem(), "");
}

TEST_F(HeartbeatTest, a_new_relay_asks_sooner_whether_it_is_listed_but_not_for_ever) {
  for (int i = 0; i < 3; ++i) {
    const auto pause = answered(Status::accepted, true).pause;
    EXPECT_GE(pause, 6s);
    EXPECT_LE(pause, 10s);
  }
  EXPECT_GE(answered(Status::accepted, true).pause, 25s);
}

TEST_F(HeartbeatTest, failures_wait_twice_as_long_each_time_up_to_a_minute) {
  std::chrono::milliseconds expected = 1s;
  for (int i = 0; i < 12; ++i) {
    const auto pause = heartbeat_.failed("Nobody is there.", random_).pause;
    EXPECT_GE(pause, expected * 3 / 4);
    EXPECT_LE(pause, expected * 5 / 4);
    expected = std::min<std::chrono::milliseconds>(expected * 2, 60s);
  }
  (void)answered(Status::ok);
  EXPECT_LE(heartbeat_.failed("Nobody is there.", random_).pause, 1250ms) << "a success begins anew";
}

TEST_F(HeartbeatTest, keeps_to_a_directorys_retry_after_within_reason) {
  EXPECT_GE(answered(Status::unavailable, true, 0, 40s).pause, 40s);
  EXPECT_EQ(answered(Status::too_many, true, 0, 100'000s).pause, 300s);
}

TEST_F(HeartbeatTest, a_directory_that_forgot_is_sent_everything_at_once_but_only_once) {
  (void)answered(Status::ok, true);
  EXPECT_TRUE(answered(Status::not_found, false).at_once);
  EXPECT_TRUE(heartbeat_.must_send_whole(descriptor_));
  EXPECT_FALSE(answered(Status::not_found, true).at_once);
  EXPECT_EQ(heartbeat_.problem(), "It is wrong. ");
}

TEST_F(HeartbeatTest, a_replay_jumps_over_the_number_that_was_taken) {
  (void)answered(Status::ok, true);
  EXPECT_TRUE(answered(Status::unauthorised, false, kNow + 5'000).at_once);
  EXPECT_EQ(sequence_.next(kNow), kNow + 5'001);
  EXPECT_FALSE(answered(Status::unauthorised, false, kNow + 6'000).at_once)
      << "again, but not without a pause";
}

TEST_F(HeartbeatTest, is_not_led_into_the_far_future) {
  const std::uint64_t year = 366ULL * 24 * 3600 * 1000;
  EXPECT_FALSE(answered(Status::unauthorised, false, kNow + year + 1).at_once);
  EXPECT_EQ(sequence_.next(kNow), kNow);
}

TEST(Sequence, grows_when_the_clock_goes_back) {
  Sequence sequence;
  EXPECT_EQ(sequence.next(kNow), kNow);
  EXPECT_EQ(sequence.next(kNow - 5'000), kNow + 1);
  EXPECT_EQ(sequence.next(kNow + 9), kNow + 9);
}

}  // namespace
}  // namespace qnet::discovery
