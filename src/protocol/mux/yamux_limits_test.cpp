// What is measured, and where numbers and counts end.
#include <gmock/gmock.h>

#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"
#include "protocol/mux/yamux.hpp"

namespace qnet::mux {
namespace {

using base::bytes_of;
using Kind = Event::Kind;
using ::testing::ElementsAre;
using testing::End;
using ::testing::IsEmpty;
using testing::Pair;
using testing::take_frames;

TEST(YamuxLimits, measures_the_round_trip) {
  using std::chrono::milliseconds;
  Pair pair;
  const Yamux::Time start{std::chrono::hours(1)};
  EXPECT_EQ(pair.initiator.mux.round_trip(), std::nullopt);
  (void)*pair.initiator.mux.open();
  pair.initiator.mux.advance(start);
  ASSERT_TRUE(pair.responder.mux.receive(pair.initiator.out(), start + milliseconds(20)));
  ASSERT_TRUE(pair.initiator.mux.receive(pair.responder.out(), start + milliseconds(40)));
  EXPECT_EQ(pair.initiator.mux.round_trip(), milliseconds(40));
}

TEST(YamuxLimits, pings_no_more_often_than_its_limit_and_not_without_streams) {
  Limits limits;
  End end(Role::initiator, limits);
  const Yamux::Time start{std::chrono::hours(1)};
  end.mux.advance(start);
  EXPECT_THAT(end.out(), IsEmpty());
  (void)*end.mux.open();
  end.mux.advance(start);
  const auto ping = take_frames(end.out());
  ASSERT_EQ(ping.size(), 1U);
  ASSERT_TRUE(end.mux.receive(testing::frame(FrameType::ping, flag::ack, 0, ping[0].header.length), start));
  end.mux.advance(start + limits.ping_interval / 2);
  EXPECT_THAT(end.out(), IsEmpty());
  end.mux.advance(start + limits.ping_interval);
  EXPECT_EQ(take_frames(end.out()).size(), 1U);
}

TEST(YamuxLimits, probes_with_one_ping_at_a_time) {
  End end(Role::initiator);
  const Yamux::Time start{std::chrono::hours(1)};
  end.mux.probe(start);
  const auto ping = take_frames(end.out());
  ASSERT_EQ(ping.size(), 1U);
  end.mux.probe(start);
  EXPECT_THAT(end.out(), IsEmpty());
  ASSERT_TRUE(end.mux.receive(testing::frame(FrameType::ping, flag::ack, 0, ping[0].header.length), start));
  end.mux.probe(start);
  EXPECT_EQ(take_frames(end.out()).size(), 1U);
}

TEST(YamuxLimits, refuses_streams_over_the_limit_with_a_reset_and_takes_them_again_later) {
  Limits limits;
  limits.inbound_streams = 2;
  limits.outbound_streams = 10;
  Pair pair(limits);
  std::vector<StreamId> streams;
  for (int i = 0; i < 3; ++i) {
    streams.push_back(*pair.initiator.mux.open());
    pair.initiator.mux.send(streams.back(), bytes_of("x"));
  }
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(pair.responder.mux.stream_count(), 2U);
  EXPECT_THAT(pair.initiator.events(), ElementsAre(Event{Kind::reset, streams[2]}));
  pair.responder.mux.reset(streams[0]);
  const auto later = *pair.initiator.mux.open();
  pair.initiator.mux.send(later, bytes_of("x"));
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(pair.responder.mux.stream_count(), 2U);
  EXPECT_EQ(pair.responder.mux.readable(later), 1U);
}

TEST(YamuxLimits, opens_no_more_streams_than_its_own_limit) {
  Limits limits;
  limits.outbound_streams = 2;
  End end(Role::initiator, limits);
  const auto first = *end.mux.open();
  ASSERT_TRUE(end.mux.open());
  EXPECT_TRUE(end.mux.open().error().is(Errc::too_many_streams));
  end.mux.reset(first);
  EXPECT_TRUE(end.mux.open());
}

TEST(YamuxLimits, ends_its_numbers_instead_of_using_one_twice) {
  for (const auto role : {Role::initiator, Role::responder}) {
    Limits limits;
    limits.highest_id = 5;
    End end(role, limits);
    std::size_t opened = 0;
    while (const auto stream = end.mux.open()) {
      end.mux.reset(*stream);
      ++opened;
    }
    EXPECT_EQ(opened, role == Role::initiator ? 3U : 2U);
    EXPECT_TRUE(end.mux.open().error().is(Errc::ids_exhausted));
  }
}

TEST(YamuxLimits, leaves_calls_for_streams_that_are_no_more_without_effect) {
  End end(Role::initiator);
  constexpr StreamId gone = 9;
  base::Bytes out(4);
  EXPECT_EQ(end.mux.send(gone, bytes_of("x")), 0U);
  EXPECT_EQ(end.mux.read(gone, out), 0U);
  EXPECT_EQ(end.mux.send_window(gone), 0U);
  EXPECT_EQ(end.mux.readable(gone), 0U);
  EXPECT_TRUE(end.mux.peek(gone).empty());
  EXPECT_TRUE(end.mux.at_end(gone));
  end.mux.consume(gone, 0);
  end.mux.finish(gone);
  end.mux.reset(gone);
  end.mux.abandon(gone);
  EXPECT_THAT(end.out(), IsEmpty());
}

}  // namespace
}  // namespace qnet::mux
