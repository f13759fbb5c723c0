// What a request gets, and when.
#include "overlay/uplink/policy.hpp"

#include <gmock/gmock.h>

#include "overlay/uplink/testing/policy_driver.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;
using Limits = UplinkLimits;

class PolicyRequests : public ::testing::Test, protected testing::PolicyDriver {};

TEST_F(PolicyRequests, a_request_is_answered_at_once_while_there_is_a_session) {
  connect_to('a');
  EXPECT_EQ(answer_to(request()), "session");
}

TEST_F(PolicyRequests, a_request_before_the_start_waits_for_the_first_round) {
  know("a");
  const auto wanted = request();
  EXPECT_EQ(rounds, 0U);
  start();
  succeed('a');
  EXPECT_EQ(answer_to(wanted), "session");
}

TEST_F(PolicyRequests, all_requests_of_a_round_get_its_session_or_its_error) {
  start_with("ab");
  const auto first = request();
  fail('a');
  const auto second = request();
  EXPECT_EQ(answer_to(first), "nothing yet");
  fail('b');
  EXPECT_EQ(answer_to(first), "refused");
  EXPECT_EQ(answer_to(second), "refused");
}

TEST_F(PolicyRequests, a_request_soon_after_a_failed_dial_is_refused_and_dials_nobody) {
  start_with("a");
  fail('a');
  (void)dialled();
  pass(Limits::first_retry / 2);
  EXPECT_EQ(answer_to(request()), "refused");
  EXPECT_EQ(dialled(), "");
}

TEST_F(PolicyRequests, a_request_later_than_that_ends_the_pause) {
  start_with("a");
  for (int round = 0; round < 6; ++round) {
    fail('a');
    dial_now();
  }
  fail('a');
  pass(Limits::fresh_failure);
  (void)dialled();
  const auto wanted = request();
  EXPECT_EQ(dialled(), "a");
  EXPECT_EQ(answer_to(wanted), "nothing yet");
  fail('a');
  EXPECT_EQ(answer_to(wanted), "refused");
}

TEST_F(PolicyRequests, a_request_is_not_answered_with_what_failed_before_it) {
  start_with("a");
  for (int round = 0; round < 6; ++round) {
    fail('a');
    dial_now();
  }
  fail('a');
  pass(Limits::fresh_failure);
  know("");
  const auto rounds_before = rounds;
  const auto wanted = request();
  EXPECT_EQ(rounds, rounds_before + 1);
  EXPECT_EQ(answer_to(wanted), "nothing yet") << "nobody was dialled since";
}

TEST_F(PolicyRequests, a_request_within_a_second_of_a_lost_session_waits_for_the_next_one) {
  connect_to('a');
  pass(3s);
  end(Ending::lost);
  pass(10ms);
  const auto wanted = request();
  EXPECT_EQ(answer_to(wanted), "nothing yet");
  EXPECT_EQ(dialled(), "") << "but does not dial without a pause";
  pass(Limits::fresh_failure);
  EXPECT_EQ(dialled(), "a");
  succeed('a');
  EXPECT_EQ(answer_to(wanted), "session");
}

TEST_F(PolicyRequests, a_request_after_a_lost_session_gets_the_error_of_the_next_dial) {
  connect_to('a');
  end(Ending::lost);
  const auto wanted = request();
  pass(Limits::fresh_failure);
  fail('a');
  EXPECT_EQ(answer_to(wanted), "refused");
}

TEST_F(PolicyRequests, a_request_hastens_the_attempt_after_many_lost_sessions_to_a_second_after_the_last) {
  connect_to('a');
  for (int i = 0; i < 8; ++i) {
    end(Ending::lost);
    pass(Limits::last_retry * 2);
    succeed('a');
  }
  end(Ending::lost);
  (void)dialled();
  const auto lost_at = now;
  pass(100ms);
  (void)request();
  EXPECT_EQ(policy.next_deadline(), lost_at + Limits::fresh_failure);
}

TEST_F(PolicyRequests, a_request_waits_no_longer_than_it_may) {
  start_with("a");
  const auto wanted = request();
  pass(Limits::request - 1ms);
  EXPECT_EQ(answer_to(wanted), "nothing yet");
  pass(1ms);
  EXPECT_EQ(answer_to(wanted), base::Error(Errc::timed_out).message());
  EXPECT_EQ(state_of('a'), PeerState::connecting) << "the dial goes on";
}

TEST_F(PolicyRequests, so_many_requests_wait_and_no_more) {
  start_with("a");
  for (std::size_t i = 0; i < Limits::requests; ++i) EXPECT_FALSE(answered(request()));
  EXPECT_EQ(answer_to(request()), base::Error(Errc::too_many_requests).message());
}

}  // namespace
}  // namespace qnet::uplink
