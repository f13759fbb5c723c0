#include "overlay/session/silence.hpp"

#include <gtest/gtest.h>

namespace qnet::session {
namespace {

using std::chrono::seconds;
using Verdict = Silence::Verdict;

constexpr Silence::TimePoint kAsked{std::chrono::hours(1)};
constexpr auto kBefore = kAsked - seconds(5);
constexpr net::Outgoing kNothing{};

/// Of a peer that says nothing, with a look each second: the second in which it counts as gone, 0 when it
/// never did.
template <class Outgoing>
int gone_after(Outgoing outgoing, int looks = 300) {
  Silence silence(kAsked, seconds(12), outgoing(0).acknowledged);
  for (int second = 1; second <= looks; ++second)
    if (silence.at(kAsked + seconds(second), kBefore, outgoing(second)) == Verdict::gone) return second;
  return 0;
}

TEST(Silence, is_over_when_anything_is_heard) {
  Silence silence(kAsked, seconds(12), 0);
  EXPECT_EQ(silence.at(kAsked + seconds(1), kBefore, kNothing), Verdict::waits);
  EXPECT_EQ(silence.at(kAsked + seconds(2), kAsked + seconds(1), kNothing), Verdict::heard);
}

TEST(Silence, of_a_peer_that_has_taken_the_question_lasts_as_long_as_is_allowed) {
  EXPECT_EQ(gone_after([](int) { return kNothing; }), 12);
  EXPECT_EQ(gone_after([](int) { return net::Outgoing{5000, 0}; }), 12);
}

TEST(Silence, of_a_path_that_takes_nothing_lasts_as_long_as_is_allowed) {
  EXPECT_EQ(gone_after([](int) { return net::Outgoing{5000, 300'000}; }), 12);
}

TEST(Silence, does_not_count_while_what_was_sent_before_gets_on) {
  const auto drains = [](int second) {
    const auto sent = static_cast<std::uint64_t>(second) * 8'000;
    return net::Outgoing{sent, sent < 240'000 ? 240'000 - static_cast<std::size_t>(sent) : 0};
  };
  EXPECT_EQ(gone_after(drains), 29 + 12) << "30 seconds' worth, of which the last look finds nothing left";
  const auto goes_on = [](int second) { return net::Outgoing{static_cast<std::uint64_t>(second), 1}; };
  EXPECT_EQ(gone_after(goes_on), 0);
}

TEST(Silence, counts_when_what_was_sent_before_gets_stuck) {
  const auto stuck = [](int second) {
    return net::Outgoing{static_cast<std::uint64_t>(std::min(second, 20)) * 8'000, 80'000};
  };
  EXPECT_EQ(gone_after(stuck), 20 + 12);
}

}  // namespace
}  // namespace qnet::session
