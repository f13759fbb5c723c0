#include "overlay/session/stall.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace qnet::session {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Stall::TimePoint kStart{std::chrono::hours(1)};

/// The second in which a connection that is full counts as stalled, of an hour; 0: never. `taken` tells how
/// much the peer has taken until each.
template <class Taken>
int stalled_after(Taken taken) {
  Stall stall(minutes(1));
  stall.blocked(kStart, taken(0));
  for (int second = 1; second <= 3600; ++second) {
    const auto now = kStart + seconds(second);
    if (stall.stalled(now, taken(second))) return second;
    stall.blocked(now, taken(second));
  }
  return 0;
}

std::uint64_t at_rate(int second, int rate) {
  return static_cast<std::uint64_t>(second) * static_cast<std::uint64_t>(rate);
}

TEST(Stall, is_a_minute_in_which_nothing_is_taken) {
  EXPECT_EQ(stalled_after([](int) { return std::uint64_t{5000}; }), 60);
}

TEST(Stall, is_not_ended_by_a_byte_now_and_then) {
  EXPECT_EQ(stalled_after([](int second) { return at_rate(second, 1); }), 60);
  EXPECT_EQ(stalled_after([](int second) { return at_rate(second, 500); }), 60);
}

TEST(Stall, is_not_what_a_slow_line_does) {
  EXPECT_EQ(stalled_after([](int second) { return at_rate(second, 8'000); }), 0);
  EXPECT_EQ(stalled_after([](int second) { return at_rate(second, 1'000); }), 0);
}

TEST(Stall, is_not_what_a_fast_line_does_that_becomes_slow) {
  const auto taken = [](int second) {
    return at_rate(std::min(second, 30), 10'000'000) + at_rate(std::max(second - 30, 0), 10'000);
  };
  EXPECT_EQ(stalled_after(taken), 0);
}

TEST(Stall, is_found_in_a_line_that_worked_before) {
  EXPECT_EQ(stalled_after([](int second) { return at_rate(std::min(second, 90), 8'000); }), 180);
}

TEST(Stall, is_over_when_all_was_sent) {
  Stall stall(minutes(1));
  stall.blocked(kStart, 0);
  stall.all_sent();
  EXPECT_EQ(stall.due(), std::nullopt);
  EXPECT_FALSE(stall.stalled(kStart + minutes(2), 0));
}

}  // namespace
}  // namespace qnet::session
