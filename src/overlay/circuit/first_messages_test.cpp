#include "overlay/circuit/first_messages.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace qnet::circuit {
namespace {

using namespace std::chrono_literals;

constexpr mux::Allowance::Rate kRate{.burst = 4, .per_second = 2};
constexpr FirstMessages::Time kStart{1h};

/// How many of ten at once.
int taken(FirstMessages& messages, const void* session, FirstMessages::Time now) {
  int count = 0;
  for (int i = 0; i < 10; ++i) count += messages.take(Who::session(session), kRate, now) ? 1 : 0;
  return count;
}

TEST(FirstMessages, are_looked_at_up_to_a_burst_and_then_by_the_rate) {
  FirstMessages messages;
  const int session = 0;
  EXPECT_EQ(taken(messages, &session, kStart), 4);
  EXPECT_EQ(taken(messages, &session, kStart + 1s), 2);
  EXPECT_EQ(taken(messages, &session, kStart + 1h), 4);
}

TEST(FirstMessages, of_one_session_take_nothing_from_another) {
  FirstMessages messages;
  const std::array<int, 2> sessions{};
  EXPECT_EQ(taken(messages, &sessions[0], kStart), 4);
  EXPECT_EQ(taken(messages, &sessions[1], kStart), 4);
}

TEST(FirstMessages, remember_no_session_for_longer_than_it_matters) {
  FirstMessages messages;
  const std::vector<int> sessions(100'000);
  auto now = kStart;
  for (const auto& session : sessions) (void)messages.take(Who::session(&session), kRate, now += 10ms);
  EXPECT_LT(messages.size(), 1'000U);
}

TEST(FirstMessages, remember_every_session_that_has_none_left) {
  FirstMessages messages;
  const std::vector<int> sessions(2'000);
  for (const auto& session : sessions) EXPECT_EQ(taken(messages, &session, kStart), 4);
  for (const auto& session : sessions) EXPECT_EQ(taken(messages, &session, kStart), 0);
}

TEST(FirstMessages, of_a_later_session_with_an_earlier_ones_name_go_by_its_own_rate) {
  FirstMessages messages;
  const int session = 0;
  constexpr mux::Allowance::Rate kOfRelay{.burst = 1000, .per_second = 500};
  EXPECT_TRUE(messages.take(Who::session(&session), kOfRelay, kStart));
  EXPECT_EQ(taken(messages, &session, kStart), 4);
  EXPECT_EQ(taken(messages, &session, kStart + 1s), 2);
}

TEST(FirstMessages, forget_who_may_begin_as_many_as_somebody_new) {
  FirstMessages messages;
  const std::array<int, 10> sessions{};
  for (const auto& session : sessions) (void)messages.take(Who::session(&session), kRate, kStart);
  EXPECT_EQ(messages.size(), sessions.size());
  const int other = 0;
  (void)messages.take(Who::session(&other), kRate, kStart + 1min);
  EXPECT_EQ(messages.size(), 1U);
}

}  // namespace
}  // namespace qnet::circuit
