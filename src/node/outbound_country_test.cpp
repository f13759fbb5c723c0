#include <gtest/gtest.h>

#include "node/testing/exits.hpp"

namespace qnet::node {
namespace {

using peer::ConnectStatus;
using testing::kFull;
using testing::OutboundTest;

TEST_F(OutboundTest, a_request_for_a_country_goes_to_an_exit_there_and_others_stay_where_they_are) {
  exit("c").country = "NO";
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(connect(443, {"NO"}), ConnectStatus::ok);
  EXPECT_EQ(connect(443, {"NO", "FI"}), ConnectStatus::ok);
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 2U);
  EXPECT_EQ(exit("c").asked.size(), 2U);
  EXPECT_EQ(exit("c").sessions, 1);
  EXPECT_EQ(asked_in_all(), 4U);
}

TEST_F(OutboundTest, the_exit_in_use_serves_requests_for_its_own_country) {
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(connect(443, {"NO", "SE"}), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 2U);
  EXPECT_EQ(asked_in_all(), 2U);
}

TEST_F(OutboundTest, a_full_exit_is_left_only_for_one_of_the_same_country) {
  exit("a").answer = kFull;
  exit("b").country = "NO";
  EXPECT_EQ(connect(443, {"SE"}), ConnectStatus::ok);
  EXPECT_EQ(exit("b").sessions, 0);
  EXPECT_EQ(exit("c").asked.size(), 1U);
}

TEST_F(OutboundTest, a_request_for_a_country_stays_there_when_the_exit_in_use_changes_meanwhile) {
  exit("a").has_exit = false;
  exit("b").country = "NO";
  EXPECT_EQ(connect(443, {"SE"}), ConnectStatus::ok);
  EXPECT_EQ(exit("b").asked.size(), 0U);
  EXPECT_EQ(asked_in_all(), 1U);
}

TEST_F(OutboundTest, a_request_for_a_country_without_an_exit_goes_nowhere) {
  EXPECT_EQ(connect(443, {"NO"}), ConnectStatus::general_failure);
  EXPECT_EQ(asked_in_all(), 0U);
}

}  // namespace
}  // namespace qnet::node
