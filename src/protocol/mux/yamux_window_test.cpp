#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/mux/round_trip.hpp"
#include "protocol/mux/testing/pair.hpp"

namespace qnet::mux::testing {
namespace {

using std::chrono::milliseconds;

constexpr auto kFirst = Limits::first_window;
/// A second one would come back at once and count as the path's round trip.
constexpr auto kOnePing = std::chrono::hours(1);

/// The responder sends `size` bytes on the stream, as fast as it may; the initiator reads all.
void download(Pair& pair, StreamId stream, std::size_t size, Yamux::Time& now) {
  base::Bytes read(size);
  while (size > 0) {
    const auto sent = pair.responder.mux.send(stream, base::Bytes(std::min<std::size_t>(size, 64 * 1024)));
    now += milliseconds(1);
    ASSERT_TRUE(pair.exchange(now));
    size -= sent;
    (void)pair.initiator.mux.read(stream, read);
    ASSERT_TRUE(pair.exchange(now));
  }
}

/// The initiator finds that the path takes 40 ms. A stream must be open.
void measure_round_trip(Pair& pair, Yamux::Time& now) {
  pair.initiator.mux.advance(now);
  ASSERT_TRUE(pair.responder.mux.receive(std::exchange(pair.initiator.out(), {}), now + milliseconds(20)));
  now += milliseconds(40);
  ASSERT_TRUE(pair.initiator.mux.receive(std::exchange(pair.responder.out(), {}), now));
  ASSERT_EQ(pair.initiator.mux.round_trip(), milliseconds(40));
}

/// A stream of the initiator's, known to both.
StreamId opened(Pair& pair, Yamux::Time now) {
  const auto stream = pair.initiator.mux.open().value();
  pair.initiator.mux.send(stream, base::Bytes(1));
  EXPECT_TRUE(pair.exchange(now));
  return stream;
}

/// A session over a path of 40 ms on which the first stream has downloaded so much.
struct Warm {
  explicit Warm(std::size_t size, const Limits& limits = {}, std::shared_ptr<Budget> budget = nullptr)
      : pair(limits, std::move(budget)), first(open()) {
    measure_round_trip(pair, now);
    download(pair, first, size, now);
  }
  StreamId open() { return opened(pair, now); }
  [[nodiscard]] std::size_t send_window(StreamId stream) { return pair.responder.mux.send_window(stream); }

  Pair pair;
  Yamux::Time now{std::chrono::hours(1)};
  StreamId first;
};

TEST(YamuxWindow, begins_with_the_first_window_and_no_frame_more) {
  Pair pair;
  const auto stream = opened(pair, {});
  EXPECT_EQ(pair.responder.mux.send_window(stream), kFirst);
}

TEST(YamuxWindow, begins_with_what_a_stream_of_the_session_has_needed) {
  Warm session(8 * 1024 * 1024);
  EXPECT_GT(session.send_window(session.first), kFirst);
  EXPECT_GT(session.send_window(session.open()), kFirst);
}

TEST(YamuxWindow, of_a_download_stays_wide_beside_streams_that_are_idle) {
  Warm session(64 * 1024 * 1024);
  const auto wide = Limits{}.largest_window / 2;  // the rest is on its way back
  ASSERT_GE(session.send_window(session.first), wide);
  for (int i = 0; i < 100; ++i) (void)session.open();
  download(session.pair, session.first, 32 * 1024 * 1024, session.now);
  EXPECT_GE(session.send_window(session.first), wide);
  const auto later = session.open();
  download(session.pair, later, 32 * 1024 * 1024, session.now);
  EXPECT_GE(session.send_window(later), 2 * 1024 * 1024U) << "there is room for it, too";
}

TEST(YamuxWindow, gives_ahead_again_what_streams_have_left) {
  Warm session(16 * 1024 * 1024);
  const auto begins_with = session.send_window(session.open());
  for (int i = 0; i < 100; ++i) {
    session.pair.initiator.mux.reset(session.open());
    ASSERT_TRUE(session.pair.exchange(session.now));
  }
  EXPECT_GT(session.send_window(session.open()), begins_with / 2)
      << "a hundred streams that have ended took nothing with them";
}

TEST(YamuxWindow, gives_every_stream_something_within_the_budget) {
  Warm session(8 * 1024 * 1024, Limits{.buffered = 8 * 1024 * 1024});
  for (int i = 0; i < 20; ++i) (void)session.open();
  // First windows are fixed, whatever the budget.
  EXPECT_LE(session.pair.initiator.mux.granted(), 8U * 1024 * 1024 + 20 * kFirst);
  EXPECT_GE(session.send_window(session.open()), kFirst);
}

TEST(YamuxWindow, grows_no_further_than_the_budget_of_all_sessions) {
  const auto budget = std::make_shared<Budget>(2 * 1024 * 1024);
  {
    Warm session(32 * 1024 * 1024, {}, budget);
    EXPECT_EQ(budget->granted(), session.pair.initiator.mux.granted() - kFirst);
    EXPECT_GT(budget->granted(), 0U);
    const Warm other(32 * 1024 * 1024, {}, budget);
    EXPECT_LE(budget->granted(), 2U * 1024 * 1024);
  }
  EXPECT_EQ(budget->granted(), 0U);
}

TEST(YamuxWindow, gives_back_half_when_other_sessions_need_the_budget) {
  const auto budget = std::make_shared<Budget>(2 * 1024 * 1024);
  Warm session(32 * 1024 * 1024, {}, budget);
  Warm other(8 * 1024 * 1024, {}, budget);
  download(session.pair, session.first, 4 * 1024 * 1024, session.now);
  download(other.pair, other.first, 32 * 1024 * 1024, other.now);
  EXPECT_GT(other.pair.initiator.mux.granted(), kFirst);
}

TEST(YamuxWindow, of_streams_that_are_idle_is_taken_back_when_the_session_needs_it) {
  constexpr std::size_t mega = 1024 * 1024;
  Warm session(32 * mega, Limits{.buffered = 20 * mega, .ping_interval = kOnePing});
  ASSERT_GE(session.send_window(session.first), 8 * mega);
  session.now += milliseconds(11'000);
  const auto later = session.open();
  download(session.pair, later, 64 * mega, session.now);
  EXPECT_GE(session.send_window(later), 8 * mega) << "although the first stream's window stands open";
  EXPECT_LE(session.pair.initiator.mux.granted(), 20 * mega);
}

TEST(YamuxWindow, of_streams_that_receive_a_byte_now_and_then_is_taken_back_too) {
  constexpr std::size_t mega = 1024 * 1024;
  Warm session(32 * mega, Limits{.buffered = 20 * mega, .ping_interval = kOnePing});
  ASSERT_GE(session.send_window(session.first), 8 * mega);
  session.now += milliseconds(9'000);
  download(session.pair, session.first, 1, session.now);
  session.now += milliseconds(2'000);
  const auto later = session.open();
  download(session.pair, later, 64 * mega, session.now);
  EXPECT_GE(session.send_window(later), 8 * mega);
}

TEST(YamuxWindow, of_sessions_that_receive_a_byte_now_and_then_is_taken_back_when_others_need_it) {
  constexpr std::size_t mega = 1024 * 1024;
  const auto budget = std::make_shared<Budget>(20 * mega);
  const Limits limits{.ping_interval = kOnePing};
  Warm drips(64 * mega, limits, budget);
  Warm active(8 * mega, limits, budget);
  ASSERT_GE(budget->granted(), 12 * mega);
  drips.now += milliseconds(9'000);
  download(drips.pair, drips.first, 1, drips.now);
  active.now = drips.now + milliseconds(2'000);
  download(active.pair, active.first, 64 * mega, active.now);
  EXPECT_GE(active.send_window(active.first), 9 * mega);
  EXPECT_LE(budget->granted(), 20 * mega);
}

TEST(YamuxWindow, of_sessions_that_are_idle_is_taken_back_when_others_need_it) {
  constexpr std::size_t mega = 1024 * 1024;
  const auto budget = std::make_shared<Budget>(20 * mega);
  const Limits limits{.ping_interval = kOnePing};
  Warm idle(64 * mega, limits, budget);
  Warm active(8 * mega, limits, budget);
  ASSERT_GE(budget->granted(), 12 * mega);
  active.now += milliseconds(11'000);
  download(active.pair, active.first, 64 * mega, active.now);
  EXPECT_GE(active.send_window(active.first), 6 * mega);
  // It comes back, within what is left.
  idle.now = active.now;
  download(idle.pair, idle.first, 64 * mega, idle.now);
  EXPECT_LE(budget->granted(), 20 * mega);
}

TEST(RoundTrip, forgets_a_short_one_when_the_path_has_become_longer) {
  RoundTrip round_trip;
  auto now = RoundTrip::Time(std::chrono::hours(1));
  const auto measure = [&](milliseconds took) {
    const auto value = round_trip.start(now);
    round_trip.answered(value, now += took);
  };
  measure(milliseconds(20));
  for (int i = 0; i < 3; ++i) measure(milliseconds(150));
  EXPECT_EQ(round_trip.shortest(), milliseconds(20));
  for (int i = 0; i < 5; ++i) measure(milliseconds(150));
  EXPECT_EQ(round_trip.shortest(), milliseconds(150));
}

}  // namespace
}  // namespace qnet::mux::testing
