#include "overlay/uplink/uplink.hpp"

#include <gtest/gtest.h>

#include "overlay/session/stream.hpp"
#include "overlay/uplink/explain.hpp"
#include "overlay/uplink/testing/uplink_fixture.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;

class UplinkTest : public testing::UplinkFixture {};

TEST_F(UplinkTest, a_request_waits_for_a_dial_and_gets_its_session) {
  know("a");
  const auto answer = request();
  start();
  EXPECT_FALSE(*answer);
  EXPECT_EQ(peer("a").state, PeerState::connecting);
  const auto& wired = succeed("a");
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ(***answer, wired.session);
  EXPECT_TRUE(uplink_->connected());
  EXPECT_EQ(peer("a").state, PeerState::connected);
  EXPECT_EQ(peer("a").round_trip, 42ms);
}

TEST_F(UplinkTest, requests_share_one_session) {
  know("a");
  start();
  const auto first = request();
  const auto second = request();
  const auto& wired = succeed("a");
  const auto third = request();
  for (const auto& answer : {first, second, third}) {
    ASSERT_TRUE(*answer && **answer);
    EXPECT_EQ(***answer, wired.session);
  }
  EXPECT_EQ(dials_.size(), 1U);
}

TEST_F(UplinkTest, a_dial_that_fails_gives_its_error_to_requests_and_a_sentence_to_people) {
  know("a");
  start();
  const auto answer = request();
  fail("a");
  ASSERT_TRUE(*answer);
  ASSERT_FALSE(**answer);
  EXPECT_TRUE((*answer)->error().is(net::Errc::refused));
  EXPECT_EQ(peer("a").state, PeerState::failed);
  EXPECT_EQ(peer("a").problem,
            explain_dial_error(net::Errc::refused, candidates_.front().address, Standing::invited));
  EXPECT_EQ(unsatisfied_, 1);
}

TEST_F(UplinkTest, goes_on_after_a_hook_has_thrown) {
  know("a");
  start();
  on_unsatisfied_ = [] { throw std::runtime_error("no memory"); };
  fail("a");  // nobody waits for its coroutine, nor hears of what it has thrown
  on_unsatisfied_ = nullptr;
  const auto answer = request();
  ASSERT_TRUE(*answer);
  EXPECT_TRUE((*answer)->error().is(net::Errc::refused));
}

TEST_F(UplinkTest, a_session_that_only_a_request_may_begin_is_left_and_its_streams_end_as_they_would) {
  know("a");
  start();
  const auto& wired = succeed("a");
  uplink_->only_on_request(true);
  run();
  EXPECT_FALSE(uplink_->connected());
  EXPECT_TRUE(uplink_->resting());
  EXPECT_FALSE(wired.session->usable());
  uplink_->network_changed();
  run();
  EXPECT_EQ(dials_.size(), 1U);
  const auto answer = request();
  EXPECT_EQ(dials_.size(), 2U);
}

TEST_F(UplinkTest, a_session_that_ended_before_its_dial_did_is_a_failed_dial) {
  know("a");
  start();
  auto& wired = make_session();
  wired.cut();
  ASSERT_TRUE(becomes_true([&] { return !wired.session->alive(); }));
  dial_to("a").result = session::Dialled{wired.session, 1ms};
  fail("a");
  EXPECT_EQ(peer("a").state, PeerState::failed);
  EXPECT_FALSE(uplink_->connected());
}

TEST_F(UplinkTest, dials_again_by_itself_after_a_failure) {
  know("a");
  start();
  fail("a");
  EXPECT_TRUE(becomes_true([&] { return dials_.size() == 2; }));
}

TEST_F(UplinkTest, others_may_be_made_known_from_within_its_own_calls) {
  know("a");
  on_unsatisfied_ = [this] {
    on_unsatisfied_ = nullptr;
    know("b");
    uplink_->reconsider();
  };
  start();
  fail("a");
  EXPECT_EQ(peer("a").state, PeerState::connecting);
  fail("a");
  EXPECT_EQ(peer("b").state, PeerState::connecting);
}

TEST_F(UplinkTest, a_request_after_a_lost_session_waits_for_the_next) {
  know("a");
  start();
  succeed("a").cut();
  ASSERT_TRUE(becomes_true([&] { return peer("a").state == PeerState::idle; }));
  EXPECT_FALSE(uplink_->connected());
  const auto answer = request();
  EXPECT_FALSE(*answer);
  uplink_->reconsider();
  run();
  const auto& next = succeed("a");
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ(***answer, next.session);
}

TEST_F(UplinkTest, an_idle_end_within_moments_is_no_rest) {
  know("a");
  start();
  auto& wired = succeed("a");
  wired.end_as_idle();
  ASSERT_TRUE(becomes_true([&] { return !wired.session->alive(); }));
  EXPECT_TRUE(wired.session->reason().is(session::Errc::idle));
  EXPECT_FALSE(uplink_->resting());
}

TEST_F(UplinkTest, a_session_that_takes_no_more_streams_is_not_given_to_a_request) {
  know("a");
  start();
  auto& wired = succeed("a");
  EXPECT_FALSE(uplink_->doubts(*wired.session));
  wired.session->close();
  const auto answer = request();
  EXPECT_FALSE(*answer);
  uplink_->reconsider();
  run();
  const auto& next = succeed("a");
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ(***answer, next.session);
  wired.cut();
  ASSERT_TRUE(becomes_true([&] { return !wired.session->alive(); }));
  EXPECT_TRUE(uplink_->connected()) << "the end of the one before says nothing about it";
}

TEST_F(UplinkTest, a_peer_without_an_exit_is_left_for_the_next) {
  know("a");
  know("b");
  start();
  const auto& wired = succeed("a");
  uplink_->has_no_exit(*make_session().session);
  EXPECT_TRUE(uplink_->connected()) << "that was another session";
  uplink_->has_no_exit(*wired.session);
  run();
  EXPECT_FALSE(wired.session->usable());
  EXPECT_EQ(peer("a").state, PeerState::idle);
  EXPECT_EQ(peer("a").problem, kNoExitSentence);
  EXPECT_EQ(peer("b").state, PeerState::connecting);
}

TEST_F(UplinkTest, a_last_resort_is_left_for_a_better_peer_and_its_streams_go_on) {
  know("last", Standing::last_resort);
  start();
  const auto& last = succeed("last");
  const auto stream = last.session->open("/test/1", {});
  EXPECT_EQ(uplink_->stream_count(), 1U);
  know("better");
  uplink_->reconsider();
  run();
  const auto& better = succeed("better");
  const auto answer = request();
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ(***answer, better.session);
  EXPECT_TRUE(last.session->alive()) << "its stream is open";
  EXPECT_EQ(uplink_->stream_count(), 0U);
  EXPECT_FALSE(last.session->usable()) << "it takes no new ones";
  uplink_->stop();
  EXPECT_TRUE(becomes_true([&] { return !last.session->alive(); }));
}

TEST_F(UplinkTest, a_session_that_comes_too_late_is_closed) {
  know("a");
  start();
  candidates_.clear();
  know("b");
  uplink_->reconsider();
  run();
  const auto& first = succeed("b");
  const auto& second = succeed("a");
  EXPECT_TRUE(first.session->usable());
  EXPECT_FALSE(second.session->usable());
}

TEST_F(UplinkTest, stopping_answers_requests_and_closes_what_is_dialled_later) {
  know("a");
  know("b");
  start();
  const auto answer = request();
  uplink_->stop();
  uplink_->stop();
  run();
  ASSERT_TRUE(*answer);
  ASSERT_FALSE(**answer);
  EXPECT_TRUE((*answer)->error().is(Errc::stopped));
  EXPECT_FALSE(succeed("a").session->usable());
  const auto late = request();
  ASSERT_TRUE(*late);
  EXPECT_TRUE((*late)->error().is(Errc::stopped));
}

TEST_F(UplinkTest, stopping_closes_the_session) {
  know("a");
  start();
  const auto& wired = succeed("a");
  uplink_->stop();
  EXPECT_FALSE(wired.session->usable());
  EXPECT_FALSE(uplink_->connected());
}

TEST_F(UplinkTest, a_peer_named_twice_is_dialled_with_what_was_named_first) {
  know("a", Standing::listed);
  know("a", Standing::invited);
  start();
  fail("a");
  EXPECT_EQ(uplink_->peers().size(), 1U);
  EXPECT_EQ(peer("a").problem,
            explain_dial_error(net::Errc::refused, candidates_.front().address, Standing::listed));
}

}  // namespace
}  // namespace qnet::uplink
