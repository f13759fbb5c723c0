// Rounds of dials, their candidates, and the policy's own start and end.
#include "overlay/uplink/policy.hpp"

#include <gmock/gmock.h>

#include "overlay/uplink/testing/policy_driver.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Limits = UplinkLimits;
using testing::endpoint_of;

class PolicyRounds : public ::testing::Test, protected testing::PolicyDriver {};

TEST_F(PolicyRounds, dials_the_first_candidate_and_each_next_one_a_second_later) {
  start_with("abc");
  EXPECT_EQ(dialled(), "a");
  pass(Limits::stagger - 1ms);
  EXPECT_EQ(dialled(), "");
  pass(1ms);
  EXPECT_EQ(dialled(), "b");
  pass(Limits::stagger);
  EXPECT_EQ(dialled(), "c");
  pass(60s);
  EXPECT_EQ(dialled(), "") << "all three are still under way";
}

TEST_F(PolicyRounds, dials_the_next_candidate_at_once_when_one_fails) {
  start_with("abc");
  fail('a');
  EXPECT_EQ(dialled(), "ab");
  pass(Limits::stagger);
  fail('b');
  EXPECT_EQ(dialled(), "c") << "a second after b began";
  EXPECT_EQ(state_of('a'), PeerState::failed);
}

TEST_F(PolicyRounds, an_early_candidate_that_fails_late_hastens_nobody) {
  start_with("abc");
  pass(Limits::stagger);
  EXPECT_EQ(dialled(), "ab");
  pass(500ms);
  fail('a');
  EXPECT_EQ(dialled(), "");
  pass(500ms);
  EXPECT_EQ(dialled(), "c");
}

TEST_F(PolicyRounds, uses_the_first_that_answers_and_drops_those_that_come_later) {
  start_with("abc");
  pass(Limits::stagger);
  succeed('b');
  EXPECT_THAT(said(), ElementsAre("use b"));
  EXPECT_EQ(state_of('b'), PeerState::connected);
  pass(60s);
  EXPECT_EQ(dialled(), "ab") << "nobody else is dialled";
  succeed('a');
  EXPECT_THAT(said(), ElementsAre("drop a"));
  EXPECT_EQ(state_of('a'), PeerState::idle);
  EXPECT_EQ(policy.next_deadline(), std::nullopt);
}

TEST_F(PolicyRounds, waits_twice_as_long_after_each_failed_round_up_to_the_longest) {
  start_with("a");
  std::chrono::milliseconds middle = Limits::first_retry;
  for (int round = 0; round < 10; ++round) {
    EXPECT_EQ(dialled(), "a");
    fail('a');
    EXPECT_THAT(said(), ElementsAre("unsatisfied"));
    const auto pause = *policy.next_deadline() - now;
    EXPECT_GE(pause, middle - middle / 4);
    EXPECT_LE(pause, middle + middle / 4);
    pass(middle + middle / 4);
    middle = std::min<std::chrono::milliseconds>(middle * 2, Limits::last_retry);
  }
}

TEST_F(PolicyRounds, a_dial_from_an_earlier_round_that_succeeds_in_a_pause_is_used) {
  start_with("a");
  know("b");
  reconsider();
  fail('b');
  succeed('a');
  EXPECT_THAT(said(), ElementsAre("use a"));
  EXPECT_EQ(policy.next_deadline(), std::nullopt);
}

TEST_F(PolicyRounds, dials_no_more_at_once_than_it_may) {
  for (std::uint16_t port = 1; port <= Limits::dials + 1; ++port)
    candidates.push_back({endpoint_of('a', port), Standing::listed});
  start();
  pass(Limits::stagger * (Limits::dials + 10));
  EXPECT_EQ(dialled().size(), Limits::dials);
  fail('a', 3);
  EXPECT_EQ(dialled().size(), 1U);
}

TEST_F(PolicyRounds, without_candidates_asks_for_others_and_tries_again) {
  start_with("");
  EXPECT_THAT(said(), ElementsAre("unsatisfied"));
  know("a");
  pass(Limits::first_retry * 2);
  EXPECT_EQ(dialled(), "a");
}

TEST_F(PolicyRounds, dial_now_ends_a_pause) {
  start_with("a");
  fail('a');
  EXPECT_EQ(dialled(), "a");
  dial_now();
  EXPECT_EQ(dialled(), "a");
}

TEST_F(PolicyRounds, begins_anew_with_other_candidates_and_dials_nobody_twice) {
  start_with("ab");
  know("ca");
  reconsider();
  EXPECT_EQ(dialled(), "ac");
  pass(Limits::stagger);
  EXPECT_EQ(dialled(), "") << "a is under way since the round before, and has its second";
  fail('a');
  EXPECT_THAT(said(), IsEmpty()) << "c is under way";
  fail('c');
  EXPECT_THAT(said(), ElementsAre("unsatisfied"));
}

TEST_F(PolicyRounds, who_is_dialled_or_used_is_not_forgotten_when_candidates_change) {
  start_with("aBc");
  pass(Limits::stagger);
  succeed('B');
  const auto used = number_of('B');
  know("d");
  reconsider();
  EXPECT_EQ(policy.peers().size(), 3U) << "c was never dialled";
  EXPECT_EQ(state_of('a'), PeerState::connecting);
  EXPECT_EQ(state_of('B'), PeerState::connected);
  fail('a');
  fail('d');
  end(Ending::lost);
  pass(Limits::first_retry * 2);
  EXPECT_EQ(policy.peers().size(), 1U);
  know("dB");
  reconsider();
  EXPECT_NE(number_of('B'), used) << "numbers are never given twice";
}

TEST_F(PolicyRounds, who_stays_a_candidate_keeps_its_number_and_takes_its_new_standing) {
  start_with("A");
  succeed('A');
  EXPECT_TRUE(policy.on_last_resort());
  const auto number = number_of('A');
  know("Ab");
  candidates.front().standing = Standing::invited;
  reconsider();
  EXPECT_FALSE(policy.on_last_resort());
  EXPECT_EQ(number_of('A'), number);
  EXPECT_EQ(dialled(), "A") << "the first time only";
  EXPECT_EQ(policy.next_deadline(), std::nullopt);
}

TEST_F(PolicyRounds, one_peer_is_dialled_at_each_of_its_addresses) {
  candidates = {{endpoint_of('a', 443), Standing::invited},
                {endpoint_of('a', 8443), Standing::invited},
                {endpoint_of('a', 443), Standing::invited}};
  start();
  EXPECT_EQ(policy.peers().size(), 2U) << "what is named twice is one";
  pass(Limits::stagger * 3);
  EXPECT_EQ(dialled(), "aa");
  succeed('a', 8443);
  EXPECT_THAT(said(), ElementsAre("use a"));
}

TEST_F(PolicyRounds, starts_once_and_only_when_told) {
  know("a");
  reconsider();
  dial_now();
  EXPECT_EQ(rounds, 0U);
  start();
  start();
  EXPECT_EQ(rounds, 1U);
}

TEST_F(PolicyRounds, stopping_closes_the_session) {
  connect_to('a');
  tell([](Policy& one) { one.stop(); });
  EXPECT_THAT(said(), ElementsAre("close"));
  EXPECT_FALSE(policy.connected());
}

TEST_F(PolicyRounds, stopping_answers_requests_and_nothing_follows) {
  start_with("ab");
  const auto wanted = request();
  tell([](Policy& one) { one.stop(); });
  EXPECT_EQ(answer_to(wanted), base::Error(Errc::stopped).message());
  (void)dialled();
  (void)said();
  succeed('a');
  fail('b');
  end(Ending::lost);
  (void)request();
  start();
  tell([this](Policy& one) {
    one.reconsider();
    one.dial_now();
    one.clock_jumped(now);
    one.has_no_exit(now);
    one.stop();
  });
  pass(1h);
  EXPECT_EQ(dialled(), "");
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_EQ(policy.next_deadline(), std::nullopt);
}

TEST_F(PolicyRounds, facts_about_nobody_change_nothing) {
  connect_to('a');
  policy.dial_succeeded(PeerNumber{99}, now);
  policy.dial_failed(PeerNumber{99}, testing::TestErrc::refused, now);
  succeed('a');
  EXPECT_THAT(policy.candidates({}, now), IsEmpty()) << "nobody asked";
  EXPECT_THAT(said(), IsEmpty());
  EXPECT_TRUE(policy.connected());
}

TEST(UplinkErrors, have_a_sentence_each) {
  for (const auto code : {Errc::no_exit, Errc::timed_out, Errc::too_many_requests, Errc::stopped})
    EXPECT_NE(describe(code), describe(Errc{0}));
}

}  // namespace
}  // namespace qnet::uplink
