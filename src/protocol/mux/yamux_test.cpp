// What two ends that keep the rules see of each other.
#include "protocol/mux/yamux.hpp"

#include <gmock/gmock.h>

#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"

namespace qnet::mux {

namespace {

using base::bytes_of;
using base::text_of;
using Kind = Event::Kind;
using ::testing::ElementsAre;
using testing::End;
using ::testing::IsEmpty;
using testing::Pair;
using testing::take_frames;

TEST(Yamux, opens_a_stream_with_its_first_data_and_no_frame_more) {
  End end(Role::initiator);
  const auto stream = end.mux.open();
  ASSERT_TRUE(stream);
  EXPECT_THAT(end.out(), IsEmpty());
  EXPECT_EQ(end.mux.send(*stream, bytes_of("hello")), 5U);
  const auto frames = take_frames(end.out());
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].header.type, FrameType::data);
  EXPECT_EQ(frames[0].header.flags, flag::syn);
  EXPECT_EQ(text_of(frames[0].payload), "hello");
}

TEST(Yamux, acknowledges_a_stream_with_its_first_frame) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("?"));
  ASSERT_TRUE(pair.exchange());
  pair.responder.mux.send(stream, bytes_of("!"));
  auto frames = take_frames(pair.responder.out());
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].header.flags, flag::ack);
  pair.responder.mux.send(stream, bytes_of("!"));
  frames = take_frames(pair.responder.out());
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].header.flags, 0);
}

TEST(Yamux, numbers_streams_by_role) {
  End initiator(Role::initiator);
  End responder(Role::responder);
  EXPECT_EQ(*initiator.mux.open(), 1U);
  EXPECT_EQ(*initiator.mux.open(), 3U);
  EXPECT_EQ(*responder.mux.open(), 2U);
  EXPECT_EQ(*responder.mux.open(), 4U);
}

TEST(Yamux, carries_bytes_both_ways_on_streams_of_either_role) {
  for (const bool swap : {false, true}) {
    Pair pair;
    auto& opener = swap ? pair.responder : pair.initiator;
    auto& other = swap ? pair.initiator : pair.responder;
    const auto stream = *opener.mux.open();
    opener.mux.send(stream, bytes_of("ping"));
    ASSERT_TRUE(pair.exchange());
    EXPECT_THAT(other.events(), ElementsAre(Event{Kind::opened, stream}, Event{Kind::readable, stream}));
    EXPECT_EQ(text_of(other.mux.peek(stream)), "ping");
    other.mux.consume(stream, 4);
    other.mux.send(stream, bytes_of("pong"));
    ASSERT_TRUE(pair.exchange());
    EXPECT_THAT(opener.events(), ElementsAre(Event{Kind::readable, stream}));
    base::Bytes read(10);
    EXPECT_EQ(opener.mux.read(stream, read), 4U);
    EXPECT_EQ(text_of(base::ByteView(read).first(4)), "pong");
  }
}

TEST(Yamux, gives_the_same_result_for_any_chunking) {
  End sender(Role::initiator);
  const auto stream = *sender.mux.open();
  sender.mux.send(stream, bytes_of("first "));
  sender.mux.send(stream, bytes_of("second"));
  sender.mux.finish(stream);
  for (std::size_t size = 1; size <= sender.out().size(); ++size) {
    End end(Role::responder);
    for (base::ByteView rest(sender.out()); !rest.empty();) {
      const auto chunk = rest.first(std::min(size, rest.size()));
      ASSERT_TRUE(end.mux.receive(chunk, {}));
      rest = rest.subspan(chunk.size());
    }
    EXPECT_EQ(text_of(end.mux.peek(stream)), "first second");
    EXPECT_THAT(end.events(), ElementsAre(Event{Kind::opened, stream}, Event{Kind::readable, stream},
                                          Event{Kind::remote_finished, stream}));
  }
}

TEST(Yamux, keeps_the_other_direction_after_a_half_close) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("request"));
  pair.initiator.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  EXPECT_FALSE(pair.responder.mux.at_end(stream));
  pair.responder.mux.consume(stream, 7);
  EXPECT_TRUE(pair.responder.mux.at_end(stream));
  EXPECT_EQ(pair.initiator.mux.send(stream, bytes_of("more")), 0U);
  pair.responder.mux.send(stream, bytes_of("answer"));
  pair.responder.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(pair.responder.mux.stream_count(), 0U);
  EXPECT_EQ(text_of(pair.initiator.mux.peek(stream)), "answer");
  EXPECT_EQ(pair.initiator.mux.stream_count(), 1U);
  pair.initiator.mux.consume(stream, 6);
  EXPECT_TRUE(pair.initiator.mux.at_end(stream));
  EXPECT_EQ(pair.initiator.mux.stream_count(), 0U);
  EXPECT_EQ(pair.initiator.mux.buffered(), 0U);
  EXPECT_EQ(pair.initiator.mux.granted(), 0U);
}

TEST(Yamux, tells_the_end_of_a_stream_that_is_done_by_it) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  EXPECT_THAT(pair.responder.events(),
              ElementsAre(Event{Kind::opened, stream}, Event{Kind::remote_finished, stream}));
  pair.responder.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(pair.initiator.mux.stream_count(), 0U);
  EXPECT_THAT(pair.initiator.events(), ElementsAre(Event{Kind::remote_finished, stream}));
  EXPECT_TRUE(pair.initiator.mux.at_end(stream));
}

TEST(Yamux, drops_a_stream_on_both_sides_when_one_resets_it) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("unread"));
  ASSERT_TRUE(pair.exchange());
  (void)pair.responder.events();
  EXPECT_EQ(pair.responder.mux.buffered(), 6U);
  pair.initiator.mux.reset(stream);
  ASSERT_TRUE(pair.exchange());
  EXPECT_THAT(pair.responder.events(), ElementsAre(Event{Kind::reset, stream}));
  for (auto* end : {&pair.initiator, &pair.responder}) {
    EXPECT_EQ(end->mux.stream_count(), 0U);
    EXPECT_EQ(end->mux.buffered(), 0U);
    EXPECT_EQ(end->mux.granted(), 0U);
  }
}

TEST(Yamux, never_mentions_a_stream_that_came_and_went_between_two_looks) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("x"));
  pair.initiator.mux.reset(stream);
  ASSERT_TRUE(pair.exchange());
  EXPECT_THAT(pair.responder.events(), IsEmpty());
}

TEST(Yamux, says_nothing_of_a_stream_that_is_dropped_before_its_first_frame) {
  End end(Role::initiator);
  end.mux.reset(*end.mux.open());
  EXPECT_THAT(end.out(), IsEmpty());
  EXPECT_EQ(end.mux.stream_count(), 0U);
}

TEST(Yamux, abandons_an_unfinished_stream_by_a_reset) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("x"));
  ASSERT_TRUE(pair.exchange());
  pair.responder.mux.abandon(stream);
  const auto frames = take_frames(pair.responder.out());
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].header.flags, flag::rst);
}

TEST(Yamux, abandons_a_stream_that_ended_both_ways_without_a_word) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("unread"));
  pair.initiator.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  pair.responder.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  pair.responder.mux.abandon(stream);
  EXPECT_THAT(pair.responder.out(), IsEmpty());
  EXPECT_EQ(pair.responder.mux.stream_count(), 0U);
}

TEST(Yamux, reports_what_comes_in_pieces_once_until_it_is_fetched) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  for (int i = 0; i < 100; ++i) {
    pair.initiator.mux.send(stream, bytes_of("x"));
    ASSERT_TRUE(pair.exchange());
  }
  EXPECT_EQ(pair.responder.events().size(), 2U);
  pair.initiator.mux.send(stream, bytes_of("x"));
  ASSERT_TRUE(pair.exchange());
  EXPECT_THAT(pair.responder.events(), ElementsAre(Event{Kind::readable, stream}));
}

TEST(Yamux, sends_large_data_in_frames_of_a_bounded_size) {
  Limits limits;
  limits.frame_payload = 1000;
  End end(Role::initiator, limits);
  const auto stream = *end.mux.open();
  EXPECT_EQ(end.mux.send(stream, base::Bytes(2500, 7)), 2500U);
  const auto frames = take_frames(end.out());
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].header.flags, flag::syn);
  EXPECT_EQ(frames[1].header.flags, 0);
  EXPECT_EQ(frames[2].payload.size(), 500U);
}

TEST(Yamux, takes_no_new_streams_after_going_away_and_keeps_the_old_ones) {
  Pair pair;
  const auto old = *pair.initiator.mux.open();
  pair.initiator.mux.send(old, bytes_of("x"));
  ASSERT_TRUE(pair.exchange());
  const auto crossing = *pair.initiator.mux.open();
  pair.initiator.mux.send(crossing, bytes_of("x"));
  (void)pair.responder.events();

  pair.responder.mux.go_away(GoAway::normal);
  ASSERT_TRUE(pair.exchange());
  EXPECT_THAT(pair.initiator.events(), ElementsAre(Event{Kind::go_away, 0}, Event{Kind::reset, crossing}));
  EXPECT_EQ(pair.initiator.mux.peer_went_away(), 0U);
  EXPECT_THAT(pair.responder.events(), IsEmpty());
  EXPECT_TRUE(pair.initiator.mux.open().error().is(Errc::going_away));
  EXPECT_TRUE(pair.responder.mux.open().error().is(Errc::going_away));

  pair.responder.mux.send(old, bytes_of("still here"));
  ASSERT_TRUE(pair.exchange());
  EXPECT_EQ(text_of(pair.initiator.mux.peek(old)), "still here");
}

}  // namespace
}  // namespace qnet::mux
