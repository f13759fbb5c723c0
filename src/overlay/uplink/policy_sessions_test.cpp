// What follows from a session: its end, a peer without an exit, a last resort.
#include "overlay/uplink/policy.hpp"

#include <gmock/gmock.h>

#include "overlay/uplink/testing/policy_driver.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Limits = UplinkLimits;

class PolicySessions : public ::testing::Test, protected testing::PolicyDriver {};

TEST_F(PolicySessions, dials_at_once_when_a_proven_session_is_lost) {
  connect_to('a');
  pass(Limits::proven);
  end(Ending::lost);
  EXPECT_FALSE(policy.connected());
  EXPECT_EQ(dialled(), "a");
}

TEST_F(PolicySessions, pauses_longer_each_time_a_session_is_lost_early) {
  connect_to('a');
  std::chrono::milliseconds middle = Limits::first_retry;
  for (int i = 0; i < 4; ++i) {
    pass(Limits::proven - 1ms);
    end(Ending::lost);
    EXPECT_EQ(dialled(), "");
    EXPECT_GE(*policy.next_deadline() - now, middle - middle / 4);
    pass(middle + middle / 4);
    EXPECT_EQ(dialled(), "a");
    succeed('a');
    middle *= 2;
  }
  pass(Limits::proven);
  end(Ending::lost);
  EXPECT_EQ(dialled(), "a");
  fail('a');
  EXPECT_LE(*policy.next_deadline() - now, Limits::first_retry * 5 / 4) << "a proven session starts over";
}

TEST_F(PolicySessions, does_not_pause_after_an_early_loss_when_there_are_other_candidates) {
  connect_to('a');
  know("b");
  reconsider();
  EXPECT_EQ(dialled(), "") << "a good session is kept";
  end(Ending::lost);
  EXPECT_EQ(dialled(), "b");
}

TEST_F(PolicySessions, rests_after_an_idle_end_until_a_request_comes) {
  connect_to('a');
  pass(Limits::shortest_rest);
  end(Ending::idle);
  EXPECT_TRUE(policy.resting());
  EXPECT_EQ(state_of('a'), PeerState::idle);
  dial_now();
  reconsider();
  pass(24h);
  EXPECT_EQ(dialled(), "") << "a browser does not dial for nothing";
  const auto wanted = request();
  EXPECT_FALSE(policy.resting());
  EXPECT_EQ(dialled(), "a");
  succeed('a');
  EXPECT_EQ(answer_to(wanted), "session");
}

TEST_F(PolicySessions, that_only_a_request_may_begin_are_left_and_begun_by_nothing_else) {
  connect_to('a');
  only_on_request(true);
  EXPECT_FALSE(policy.connected());
  EXPECT_THAT(said(), ElementsAre("retire"));
  network_changed();
  reconsider();
  dial_now();
  pass(24h);
  EXPECT_EQ(dialled(), "");
  const auto wanted = request();
  EXPECT_EQ(dialled(), "a");
  succeed('a');
  EXPECT_EQ(answer_to(wanted), "session");
  end(Ending::lost);
  pass(24h);
  EXPECT_EQ(dialled(), "") << "nobody waits for another";
  only_on_request(false);
  EXPECT_EQ(dialled(), "a");
}

TEST_F(PolicySessions, that_only_a_request_may_begin_are_not_taken_from_a_dial_of_before) {
  start_with("a");
  only_on_request(true);
  succeed('a');
  EXPECT_FALSE(policy.connected());
  EXPECT_THAT(said(), ElementsAre("drop a"));
}

TEST_F(PolicySessions, an_idle_end_that_comes_too_soon_is_a_failure) {
  connect_to('a');
  pass(Limits::shortest_rest - 1ms);
  end(Ending::idle);
  EXPECT_FALSE(policy.resting());
  EXPECT_NE(policy.next_deadline(), std::nullopt);
}

TEST_F(PolicySessions, a_dial_that_succeeds_late_ends_the_rest) {
  start_with("ab");
  pass(Limits::stagger);
  succeed('a');
  pass(Limits::shortest_rest);
  end(Ending::idle);
  succeed('b');
  EXPECT_FALSE(policy.resting());
  EXPECT_TRUE(policy.connected());
}

TEST_F(PolicySessions, a_peer_without_an_exit_is_left_at_once_and_not_dialled_for_a_while) {
  start_with("ab");
  succeed('a');
  tell([this](Policy& one) { one.has_no_exit(now); });
  EXPECT_THAT(said(), ElementsAre("use a", "close"));
  EXPECT_EQ(dialled(), "ab");
  EXPECT_EQ(state_of('a'), PeerState::idle);
  const auto left_at = now;
  std::string since;
  while (since.find('a') == std::string::npos && now < left_at + 1h) {
    if (state_of('b') == PeerState::connecting) fail('b');
    pass(1s);
    since += dialled();
  }
  EXPECT_GT(now, left_at + Limits::without_exit);
  EXPECT_LT(now, left_at + Limits::without_exit + 1min);
  EXPECT_GT(since.size(), 10U) << "b was, meanwhile";
}

TEST_F(PolicySessions, a_peer_without_an_exit_lengthens_no_pause) {
  connect_to('a');
  for (int i = 0; i < 6; ++i) {
    end(Ending::lost);
    pass(Limits::last_retry * 2);
    succeed('a');
  }
  know("b");
  tell([this](Policy& one) { one.has_no_exit(now); });
  fail('b');
  EXPECT_LE(*policy.next_deadline() - now, Limits::first_retry * 5 / 4);
}

TEST_F(PolicySessions, requests_wait_while_nobody_has_an_exit_and_are_told_so_at_last) {
  connect_to('a');
  tell([this](Policy& one) { one.has_no_exit(now); });
  EXPECT_THAT(said(), ElementsAre("close", "unsatisfied"));
  const auto first = request();
  EXPECT_THAT(said(), ElementsAre("unsatisfied")) << "the directories are asked again";
  pass(Limits::request - 1ms);
  EXPECT_EQ(answer_to(first), "nothing yet");
  pass(1ms);
  EXPECT_EQ(answer_to(first), base::Error(Errc::no_exit).message());
  EXPECT_EQ(dialled(), "");
}

TEST_F(PolicySessions, a_last_resort_is_left_for_a_better_peer_about_a_minute_later) {
  start_with("bA");
  fail('b');
  succeed('A');
  EXPECT_THAT(said(), ElementsAre("use A", "unsatisfied"));
  EXPECT_EQ(dialled(), "bA");
  pass(Limits::reconsider - Limits::jitter - 1ms);
  EXPECT_EQ(dialled(), "");
  pass(2 * Limits::jitter + 1ms);
  EXPECT_EQ(dialled(), "b") << "and no last resort";
  succeed('b');
  EXPECT_THAT(said(), ElementsAre("retire", "use b"));
  EXPECT_EQ(state_of('A'), PeerState::idle);
  EXPECT_EQ(policy.next_deadline(), std::nullopt);
}

TEST_F(PolicySessions, a_last_resort_is_kept_while_nobody_better_answers) {
  start_with("bAB");
  fail('b');
  succeed('A');
  (void)said();
  pass(Limits::reconsider + Limits::jitter);
  fail('b');
  EXPECT_THAT(said(), ElementsAre("unsatisfied"));
  EXPECT_TRUE(policy.on_last_resort());
  const auto pause = *policy.next_deadline() - now;
  EXPECT_GE(pause, Limits::reconsider - Limits::jitter);
  EXPECT_LE(pause, Limits::reconsider + Limits::jitter);
  EXPECT_EQ(answer_to(request()), "session") << "a dial that failed meanwhile is no reason";
}

TEST_F(PolicySessions, another_last_resort_is_not_better) {
  start_with("AB");
  pass(Limits::stagger);
  succeed('A');
  succeed('B');
  EXPECT_THAT(said(), ElementsAre("use A", "unsatisfied", "drop B"));
}

TEST_F(PolicySessions, a_last_resort_is_left_as_soon_as_others_are_known) {
  connect_to('A');
  know("bA");
  reconsider();
  EXPECT_EQ(dialled(), "b");
}

TEST_F(PolicySessions, a_last_resort_that_drops_a_late_answer_goes_on_with_its_round) {
  start_with("AB");
  pass(Limits::stagger);
  succeed('A');
  know("cAB");
  reconsider();
  (void)said();
  succeed('B');
  EXPECT_THAT(said(), ElementsAre("drop B"));
  fail('c');
  EXPECT_THAT(said(), ElementsAre("unsatisfied"));
}

TEST_F(PolicySessions, a_last_resort_that_is_lost_in_a_round_begins_a_whole_one) {
  connect_to('A');
  pass(Limits::proven);
  know("bA");
  reconsider();
  end(Ending::lost);
  pass(Limits::stagger);
  EXPECT_EQ(dialled(), "bA") << "b once";
}

TEST_F(PolicySessions, a_clock_that_jumped_makes_doubtful_who_was_heard_before) {
  connect_to('A');
  const auto heard = now;
  EXPECT_FALSE(policy.doubts(heard));
  pass(1s);
  know("bA");
  tell([this](Policy& one) { one.clock_jumped(now); });
  EXPECT_TRUE(policy.doubts(heard));
  EXPECT_FALSE(policy.doubts(now));
  EXPECT_EQ(dialled(), "b") << "and is worth a look for somebody better";
}

TEST_F(PolicySessions, takes_a_new_session_in_another_network) {
  connect_to('a');
  tell([&](Policy& one) { one.network_changed(now); });
  EXPECT_THAT(said(), ElementsAre("retire"));
  EXPECT_EQ(dialled(), "a");
  EXPECT_TRUE(policy.doubts(now - 1ms));
  succeed('a');
  EXPECT_TRUE(policy.connected());
}

TEST_F(PolicySessions, ends_a_pause_in_another_network_but_no_rest) {
  start_with("a");
  fail('a');
  EXPECT_EQ(std::exchange(rounds, 0), 1U);
  (void)dialled();
  tell([&](Policy& one) { one.network_changed(now); });
  EXPECT_EQ(dialled(), "a") << "what failed may answer now";
  succeed('a');
  pass(Limits::shortest_rest);
  end(Ending::idle);
  tell([&](Policy& one) { one.network_changed(now); });
  EXPECT_EQ(dialled(), "") << "nobody asks for anything";
}

}  // namespace
}  // namespace qnet::uplink
