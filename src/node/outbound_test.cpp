#include "node/outbound.hpp"

#include <gtest/gtest.h>

#include "node/testing/exits.hpp"

namespace qnet::node {
namespace {

using peer::ConnectStatus;
using testing::kFull;
using testing::kNoSuchPort;
using testing::kRefused;
using testing::kServes;
using testing::OutboundTest;

class OutboundToNobody : public OutboundTest {
 protected:
  OutboundToNobody() : OutboundTest(true) {}
};

TEST_F(OutboundToNobody, a_silent_session_is_given_up_though_the_program_was_told_before) {
  OutboundPatience patience;
  patience.answer = std::chrono::milliseconds(1);
  patience.silence = std::chrono::seconds(1);
  outbound_->stop();
  outbound_ = std::make_shared<Outbound>(
      uplink_,
      std::make_shared<uplink::Detours>(io_.get_executor(),
                                        [this](link::RelayAddress to) { return dial(std::move(to)); }),
      known(), patience);
  EXPECT_EQ(connect(), ConnectStatus::timeout);
  const auto session = sessions_.front();
  EXPECT_TRUE(session->usable());
  EXPECT_TRUE(net::testing::comes_true(io_, [&] { return !session->usable(); }));
}

TEST_F(OutboundTest, one_session_carries_what_its_exit_serves) {
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(connect(80), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 2U);
  EXPECT_EQ(exit("b").sessions, 0);
  EXPECT_EQ(status().counters.sessions_open, 0U);
}

TEST_F(OutboundTest, a_request_that_a_full_exit_declines_goes_to_the_next_one) {
  exit("a").answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 1U);
  EXPECT_EQ(exit("b").asked.size(), 1U);
  EXPECT_EQ(exit("c").sessions, 0);
}

TEST_F(OutboundTest, a_full_exit_is_not_asked_again_at_once_and_the_next_keeps_its_session) {
  exit("a").answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(connect(80), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 1U);
  EXPECT_EQ(exit("b").asked.size(), 2U);
  EXPECT_EQ(exit("b").sessions, 1);
}

TEST_F(OutboundTest, a_port_that_is_not_served_goes_elsewhere_and_other_ports_do_not) {
  exit("a").answer = kNoSuchPort;
  EXPECT_EQ(connect(8443), ConnectStatus::ok);
  exit("a").answer = kServes;
  EXPECT_EQ(connect(8443), ConnectStatus::ok);
  EXPECT_EQ(connect(443), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked, (std::vector<std::uint16_t>{8443, 443}));
  EXPECT_EQ(exit("b").asked, (std::vector<std::uint16_t>{8443, 8443}));
}

TEST_F(OutboundTest, who_alone_serves_a_rare_port_gets_no_other_request_by_it) {
  exit("a").answer = exit("b").answer = kNoSuchPort;
  EXPECT_EQ(connect(50'000), ConnectStatus::ok);
  EXPECT_EQ(exit("c").asked.size(), 1U);
  exit("a").answer = kFull;
  exit("b").answer = kServes;
  EXPECT_EQ(connect(443), ConnectStatus::ok);
  EXPECT_EQ(exit("b").asked.back(), 443);
  EXPECT_EQ(exit("c").asked.size(), 1U);
}

TEST_F(OutboundTest, a_refusal_of_another_kind_goes_nowhere_else) {
  exit("a").answer = kRefused;
  EXPECT_EQ(connect(), ConnectStatus::refused);
  EXPECT_EQ(asked_in_all(), 1U);
  EXPECT_EQ(exit("b").sessions, 0);
}

TEST_F(OutboundTest, each_exit_is_asked_once_and_few_of_them_and_the_last_reason_is_told) {
  exit("a").answer = kFull;
  exit("b").answer = kFull;
  exit("c").answer = kNoSuchPort;
  EXPECT_EQ(connect(), ConnectStatus::not_allowed);
  for (const char* host : {"a", "b", "c"}) EXPECT_EQ(exit(host).asked.size(), 1U) << host;
  EXPECT_EQ(exit("d").sessions, 0);
  // What was learned helps the next one further.
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("d").asked.size(), 1U);
  EXPECT_EQ(asked_in_all(), 4U);
}

TEST_F(OutboundTest, when_all_are_known_to_lack_it_the_one_in_use_is_asked_again) {
  exits_.erase(exits_.begin() + 2, exits_.end());
  for (auto& exit : exits_) exit.answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::general_failure);
  exit("a").answer = kServes;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 2U);
  EXPECT_EQ(exit("b").asked.size(), 1U);
}

TEST_F(OutboundTest, without_another_exit_the_program_gets_the_answer_of_the_only_one) {
  exits_.resize(1);
  exit("a").answer = kNoSuchPort;
  EXPECT_EQ(connect(), ConnectStatus::not_allowed);
  EXPECT_EQ(connect(), ConnectStatus::not_allowed);
  EXPECT_EQ(exit("a").asked.size(), 2U);
}

TEST_F(OutboundTest, peers_without_an_exit_and_unreachable_ones_are_passed_over) {
  exit("a").answer = kFull;
  exit("b").reachable = false;
  exit("c").has_exit = false;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("d").asked.size(), 1U);
}

TEST_F(OutboundTest, a_refusal_by_the_next_exit_is_the_programs_answer) {
  exit("a").answer = kFull;
  exit("b").answer = kRefused;
  EXPECT_EQ(connect(), ConnectStatus::refused);
  EXPECT_EQ(asked_in_all(), 2U);
}

TEST_F(OutboundTest, the_status_tells_of_the_other_session_and_of_the_lack) {
  exit("a").answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  const auto told = status();
  EXPECT_EQ(told.counters.sessions_open, 1U);
  ASSERT_EQ(told.peers.size(), 1U);
  EXPECT_EQ(told.peers.front().name, "b:443");
  EXPECT_EQ(told.peers.front().state, control::PeerState::connected);
  EXPECT_NE(outbound_->explain_lack(key_of(exit("a"))), "");
  EXPECT_EQ(outbound_->explain_lack(key_of(exit("b"))), "");
}

}  // namespace
}  // namespace qnet::node
