// What waits to be sent, and how it becomes frames when a record is asked for.
#include <gmock/gmock.h>

#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"
#include "protocol/mux/yamux.hpp"

namespace qnet::mux {
namespace {

using base::bytes_of;
using base::text_of;
using ::testing::ElementsAre;
using testing::End;
using ::testing::IsEmpty;
using testing::Pair;
using testing::SentFrame;
using testing::take_frames;

// The data of a full record (docs/spec/htx.md): a frame's header and 16,371 bytes.
constexpr std::size_t kRecord = 16'383;

base::Bytes pull(Yamux& mux, std::size_t room = kRecord) {
  base::Bytes out(room);
  out.resize(mux.pull(out));
  return out;
}

std::vector<SentFrame> pulled(Yamux& mux, std::size_t room = kRecord) {
  auto bytes = pull(mux, room);
  auto frames = take_frames(bytes);
  EXPECT_THAT(bytes, IsEmpty()) << "whole frames only";
  return frames;
}

std::vector<StreamId> streams_of(const std::vector<SentFrame>& frames) {
  std::vector<StreamId> streams;
  for (const auto& frame : frames) streams.push_back(frame.header.stream);
  return streams;
}

/// An initiator with `count` streams that the peer knows.
struct Streams {
  explicit Streams(std::size_t count) : end(Role::initiator) {
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back(*end.mux.open());
      end.mux.send(ids.back(), bytes_of("o"));
    }
    (void)end.out();
    end.out().clear();
  }
  End end;
  std::vector<StreamId> ids;
};

TEST(YamuxPull, fills_records_exactly_with_one_streams_data) {
  Streams streams(1);
  ASSERT_EQ(streams.end.mux.send(streams.ids[0], base::Bytes(100'000)), 100'000U);
  for (int record = 0; record < 6; ++record) {
    const auto frames = pulled(streams.end.mux);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].payload.size(), 16'371U);
  }
  EXPECT_EQ(streams.end.mux.queued(), 100'000U - 6 * 16'371U);
  EXPECT_EQ(pull(streams.end.mux).size(), FrameHeader::size + 100'000 - 6 * 16'371);
  EXPECT_EQ(streams.end.mux.queued(), 0U);
  EXPECT_THAT(pull(streams.end.mux), IsEmpty());
}

TEST(YamuxPull, fills_records_exactly_behind_an_answer) {
  Streams streams(1);
  streams.end.mux.send(streams.ids[0], base::Bytes(100'000));
  ASSERT_TRUE(streams.end.mux.receive(testing::frame(FrameType::ping, flag::syn, 0, 7), {}));
  EXPECT_EQ(pull(streams.end.mux).size(), kRecord);
}

TEST(YamuxPull, gives_streams_their_turns) {
  Streams streams(3);
  for (const auto id : streams.ids) streams.end.mux.send(id, base::Bytes(3 * 16'371));
  std::vector<StreamId> order;
  while (streams.end.mux.queued() > 0)
    for (const auto& frame : pulled(streams.end.mux)) order.push_back(frame.header.stream);
  EXPECT_THAT(order, ElementsAre(1, 3, 5, 1, 3, 5, 1, 3, 5));
}

TEST(YamuxPull, lets_a_short_message_pass_what_is_queued_for_a_long_one) {
  Streams streams(2);
  streams.end.mux.send(streams.ids[0], base::Bytes(200'000));
  (void)pulled(streams.end.mux);
  streams.end.mux.send(streams.ids[1], bytes_of("now"));
  const auto frames = pulled(streams.end.mux);
  ASSERT_EQ(frames.size(), 1U) << "the record is not filled up: nobody could read it before its end";
  EXPECT_EQ(text_of(frames[0].payload), "now");
  EXPECT_THAT(streams_of(pulled(streams.end.mux)), ElementsAre(streams.ids[0]));
}

TEST(YamuxPull, lets_a_short_message_pass_every_long_one_in_the_queue) {
  Streams streams(11);
  for (std::size_t i = 0; i < 10; ++i) streams.end.mux.send(streams.ids[i], base::Bytes(50'000));
  for (std::size_t i = 0; i < 10; ++i) (void)pulled(streams.end.mux);
  streams.end.mux.send(streams.ids[10], bytes_of("now"));
  EXPECT_THAT(streams_of(pulled(streams.end.mux)), ElementsAre(streams.ids[10]));
}

TEST(YamuxPull, lets_a_stream_that_sends_little_and_often_keep_no_other_from_its_turn) {
  Streams streams(3);
  for (std::size_t i = 0; i < 2; ++i) streams.end.mux.send(streams.ids[i], base::Bytes(200'000));
  for (std::size_t i = 0; i < 2; ++i) (void)pulled(streams.end.mux);
  std::vector<std::size_t> records(3);
  for (int i = 0; i < 12; ++i) {
    streams.end.mux.send(streams.ids[2], bytes_of("again"));
    for (const auto& frame : pulled(streams.end.mux)) ++records.at((frame.header.stream - 1) / 2);
  }
  EXPECT_GE(records[0], 4U);
  EXPECT_GE(records[1], 4U);
}

TEST(YamuxPull, lets_a_stream_pass_again_after_a_round_in_which_it_was_quiet) {
  Streams streams(3);
  for (std::size_t i = 0; i < 2; ++i) streams.end.mux.send(streams.ids[i], base::Bytes(200'000));
  for (std::size_t i = 0; i < 2; ++i) (void)pulled(streams.end.mux);
  for (int again = 0; again < 2; ++again) {
    streams.end.mux.send(streams.ids[2], bytes_of("now"));
    EXPECT_EQ(streams_of(pulled(streams.end.mux)).at(0), streams.ids[2]);
    for (int i = 0; i < 3; ++i) (void)pulled(streams.end.mux);
  }
}

TEST(YamuxPull, puts_short_messages_of_many_streams_into_one_record) {
  Streams streams(3);
  for (const auto id : streams.ids) streams.end.mux.send(id, bytes_of("hello"));
  EXPECT_THAT(streams_of(pulled(streams.end.mux)), ElementsAre(1, 3, 5));
}

TEST(YamuxPull, joins_what_was_sent_in_pieces) {
  Streams streams(1);
  for (int i = 0; i < 100; ++i) streams.end.mux.send(streams.ids[0], bytes_of("x"));
  const auto frames = pulled(streams.end.mux);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload.size(), 100U);
}

TEST(YamuxPull, gives_what_fits_into_little_room_and_no_part_of_a_frame) {
  Streams streams(1);
  streams.end.mux.send(streams.ids[0], base::Bytes(5'000));
  for (std::size_t room = 0; room <= FrameHeader::size; ++room)
    EXPECT_THAT(pull(streams.end.mux, room), IsEmpty());
  EXPECT_EQ(pulled(streams.end.mux, 100).at(0).payload.size(), 88U);
}

TEST(YamuxPull, leaves_the_last_bytes_of_a_record_free_rather_than_begin_much_there) {
  Streams streams(2);
  streams.end.mux.send(streams.ids[0], base::Bytes(15'500));
  streams.end.mux.send(streams.ids[1], base::Bytes(15'500));
  EXPECT_THAT(streams_of(pulled(streams.end.mux)), ElementsAre(streams.ids[0]));
  EXPECT_THAT(streams_of(pulled(streams.end.mux)), ElementsAre(streams.ids[1]));
}

TEST(YamuxPull, ends_a_stream_behind_its_data) {
  Streams streams(1);
  streams.end.mux.send(streams.ids[0], base::Bytes(20'000));
  streams.end.mux.finish(streams.ids[0]);
  EXPECT_EQ(streams.end.mux.send(streams.ids[0], bytes_of("more")), 0U);
  EXPECT_EQ(pulled(streams.end.mux).size(), 1U);
  const auto last = pulled(streams.end.mux);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].header.type, FrameType::data);
  EXPECT_EQ(last[1].header.flags, flag::fin);
}

TEST(YamuxPull, drops_what_a_reset_stream_had_queued) {
  Streams streams(2);
  streams.end.mux.send(streams.ids[0], base::Bytes(50'000));
  streams.end.mux.send(streams.ids[1], bytes_of("x"));
  streams.end.mux.reset(streams.ids[0]);
  EXPECT_EQ(streams.end.mux.queued(), 1U);
  const auto frames = pulled(streams.end.mux);
  EXPECT_THAT(streams_of(frames), ElementsAre(streams.ids[0], streams.ids[1]));
  EXPECT_EQ(frames.at(0).header.flags, flag::rst);
}

TEST(YamuxPull, drops_what_was_queued_for_a_stream_that_the_peer_resets) {
  Streams streams(1);
  streams.end.mux.send(streams.ids[0], base::Bytes(50'000));
  ASSERT_TRUE(streams.end.mux.receive(testing::credit(flag::rst, streams.ids[0]), {}));
  EXPECT_EQ(streams.end.mux.queued(), 0U);
  EXPECT_THAT(pull(streams.end.mux), IsEmpty());
}

TEST(YamuxPull, sends_what_a_finished_stream_had_queued_when_its_owner_goes) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("question"));
  pair.initiator.mux.finish(stream);
  ASSERT_TRUE(pair.exchange());
  pair.responder.mux.send(stream, bytes_of("answer"));
  pair.responder.mux.finish(stream);
  pair.responder.mux.abandon(stream);
  const auto frames = take_frames(pair.responder.out());
  ASSERT_GE(frames.size(), 2U);
  EXPECT_EQ(text_of(frames[0].payload), "answer");
  EXPECT_EQ(frames.back().header.flags & flag::fin, flag::fin);
  EXPECT_EQ(pair.responder.mux.stream_count(), 0U);
  EXPECT_EQ(pair.responder.mux.buffered(), 0U);
}

TEST(YamuxPull, resets_an_abandoned_stream_behind_what_it_had_queued_while_the_peer_goes_on) {
  Pair pair;
  const auto stream = *pair.initiator.mux.open();
  pair.initiator.mux.send(stream, bytes_of("question"));
  ASSERT_TRUE(pair.exchange());
  pair.responder.mux.send(stream, bytes_of("answer"));
  pair.responder.mux.finish(stream);
  pair.responder.mux.abandon(stream);
  ASSERT_TRUE(pair.responder.mux.receive(testing::data(0, stream, bytes_of("more")), {}));
  EXPECT_EQ(pair.responder.mux.buffered(), 0U) << "nobody reads it any more";
  const auto frames = take_frames(pair.responder.out());
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(text_of(frames[0].payload), "answer");
  EXPECT_EQ(frames[1].header.flags, flag::fin);
  EXPECT_EQ(frames[2].header.flags, flag::rst);
  EXPECT_EQ(pair.responder.mux.stream_count(), 0U);
}

TEST(YamuxDeadline, is_for_the_next_ping_while_streams_are_open) {
  const Limits limits;
  End end(Role::initiator, limits);
  const Yamux::Time start{std::chrono::hours(1)};
  EXPECT_EQ(end.mux.next_deadline(), std::nullopt);
  (void)*end.mux.open();
  ASSERT_TRUE(end.mux.next_deadline());
  EXPECT_LE(*end.mux.next_deadline(), start);
  end.mux.advance(start);
  EXPECT_EQ(end.mux.next_deadline(), std::nullopt) << "a ping is on its way";
  const auto ping = take_frames(end.out());
  ASSERT_EQ(ping.size(), 1U);
  ASSERT_TRUE(end.mux.receive(testing::frame(FrameType::ping, flag::ack, 0, ping[0].header.length), start));
  EXPECT_EQ(end.mux.next_deadline(), start + limits.ping_interval);
}

TEST(YamuxPull, sends_what_was_made_in_its_memory_as_what_is_given_to_send) {
  Streams given(1);
  Streams made(1);
  for (const std::size_t size : {10U, 100'000U, 40'000U}) {
    const base::Bytes bytes(size, static_cast<std::uint8_t>(size));
    ASSERT_EQ(given.end.mux.send(given.ids[0], bytes), size);
    std::ranges::copy(bytes, Yamux::prepare().begin());
    made.end.mux.commit(made.ids[0], size);
    EXPECT_EQ(made.end.mux.send_window(made.ids[0]), given.end.mux.send_window(given.ids[0]));
    EXPECT_EQ(made.end.mux.queued(made.ids[0]), given.end.mux.queued());
  }
  EXPECT_TRUE(made.end.out() == given.end.out());
}

TEST(YamuxPull, takes_nothing_for_a_stream_that_has_ended) {
  Streams streams(2);
  streams.end.mux.finish(streams.ids[0]);
  streams.end.mux.reset(streams.ids[1]);
  for (const auto id : streams.ids) {
    (void)Yamux::prepare();
    streams.end.mux.commit(id, 10);
    EXPECT_EQ(streams.end.mux.queued(id), 0U);
  }
  EXPECT_EQ(streams.end.mux.queued(), 0U);
}

}  // namespace
}  // namespace qnet::mux
