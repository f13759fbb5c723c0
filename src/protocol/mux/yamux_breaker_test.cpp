// What a peer that breaks the rules meets.
#include <ostream>
#include <string>

#include <gmock/gmock.h>

#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"
#include "protocol/mux/yamux.hpp"

namespace qnet::mux {
namespace {

using base::Bytes;
using base::bytes_of;
using testing::credit;
using testing::data;
using testing::End;
using testing::frame;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::take_frames;

constexpr Yamux::Time kStart{std::chrono::hours(1)};

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const auto& part : parts) base::append(all, part);
  return all;
}

Bytes with_byte(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes[at] = value;
  return bytes;
}

struct Breach {
  std::string name;
  Errc error;
  Bytes
      bytes;  // for a responder that has opened stream 2 and announced it, and stream 4 and not announced it
};

void PrintTo(const Breach& breach, std::ostream* out) { *out << breach.name; }

class YamuxBreach : public ::testing::TestWithParam<Breach> {};

TEST_P(YamuxBreach, ends_the_session) {
  End end(Role::responder);
  end.mux.send(*end.mux.open(), bytes_of("x"));
  ASSERT_EQ(*end.mux.open(), 4U);
  end.out().clear();

  const auto received = end.mux.receive(GetParam().bytes, kStart);
  ASSERT_FALSE(received);
  EXPECT_TRUE(received.error().is(GetParam().error)) << received.error().message();
  const auto frames = take_frames(end.out());
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.back().header.type, FrameType::go_away);
  EXPECT_EQ(frames.back().header.length, static_cast<std::uint32_t>(GoAway::protocol_error));

  const auto again = end.mux.receive(credit(flag::syn, 99), kStart);
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(GetParam().error));
  EXPECT_THAT(end.out(), IsEmpty());
}

const Breach breaches[] = {
    {"another_version", Errc::bad_version, with_byte(credit(flag::syn, 1), 0, 1)},
    {"unknown_type", Errc::bad_type, with_byte(credit(flag::syn, 1), 1, 4)},
    {"unknown_flag", Errc::bad_flags, credit(0x10, 2)},
    {"unknown_flag_in_the_high_byte", Errc::bad_flags, credit(0x100, 2)},
    {"data_for_the_session", Errc::bad_stream_id, data(0, 0, {})},
    {"credit_for_the_session", Errc::bad_stream_id, credit(0, 0, 1)},
    {"ping_for_a_stream", Errc::bad_stream_id, frame(FrameType::ping, flag::syn, 2, 1)},
    {"go_away_for_a_stream", Errc::bad_stream_id, frame(FrameType::go_away, 0, 2, 0)},
    {"ping_without_a_flag", Errc::bad_flags, frame(FrameType::ping, 0, 0, 1)},
    {"ping_that_asks_and_answers", Errc::bad_flags, frame(FrameType::ping, flag::syn | flag::ack, 0, 1)},
    {"stream_of_our_parity", Errc::bad_stream_id, credit(flag::syn, 6)},
    {"stream_opened_twice", Errc::bad_stream_id, joined({credit(flag::syn, 1), credit(flag::syn, 1)})},
    {"number_used_again", Errc::bad_stream_id,
     joined({credit(flag::syn, 1), credit(flag::rst, 1), credit(flag::syn, 1)})},
    {"data_for_a_stream_that_never_was", Errc::bad_stream_id, data(0, 1, {})},
    {"data_for_a_number_left_out", Errc::bad_stream_id, joined({credit(flag::syn, 5), data(0, 3, {})})},
    {"reset_of_a_stream_that_never_was", Errc::bad_stream_id, credit(flag::rst, 1)},
    {"frame_for_a_stream_that_we_never_opened", Errc::bad_stream_id, credit(flag::ack, 6)},
    {"frame_for_a_stream_that_we_never_announced", Errc::bad_stream_id, credit(flag::ack, 4)},
    {"data_over_the_window", Errc::window_exceeded,
     frame(FrameType::data, flag::syn, 1, Limits::first_window + 1)},
    {"data_over_what_is_left_of_the_window", Errc::window_exceeded,
     joined({data(flag::syn, 1, Bytes(Limits::first_window)), data(0, 1, Bytes(1))})},
    {"credit_over_32_bits", Errc::window_exceeded, credit(flag::syn, 1, 0xFFFFFFFF)},
    {"data_after_its_end", Errc::after_finish,
     joined({data(flag::syn | flag::fin, 1, bytes_of("end")), data(0, 1, bytes_of("x"))})},
    {"payload_larger_than_any_window_on_a_closed_stream", Errc::bad_length,
     joined({credit(flag::syn, 1), credit(flag::rst, 1),
             frame(FrameType::data, 0, 1, Limits().largest_window + 1)})},
};
INSTANTIATE_TEST_SUITE_P(, YamuxBreach, ::testing::ValuesIn(breaches),
                         [](const auto& test) { return test.param.name; });

TEST(YamuxBreaker, ignores_frames_that_were_on_their_way_when_a_stream_ended) {
  End end(Role::responder);
  ASSERT_TRUE(end.mux.receive(data(flag::syn, 1, bytes_of("x")), kStart));
  end.mux.reset(1);
  const auto late = joined({data(0, 1, bytes_of("late")), credit(0, 1, 1000), data(flag::fin, 1, {}),
                            credit(flag::rst, 1), data(flag::syn, 3, bytes_of("next"))});
  ASSERT_TRUE(end.mux.receive(late, kStart));
  EXPECT_EQ(end.mux.stream_count(), 1U);
  EXPECT_EQ(base::text_of(end.mux.peek(3)), "next");
}

TEST(YamuxBreaker, ignores_credit_for_a_stream_that_ended_both_ways) {
  End end(Role::initiator);
  const auto stream = *end.mux.open();
  end.mux.finish(stream);
  ASSERT_TRUE(end.mux.receive(credit(flag::ack | flag::fin, stream), kStart));
  EXPECT_EQ(end.mux.stream_count(), 0U);
  EXPECT_TRUE(end.mux.receive(credit(0, stream, 127), kStart));
}

TEST(YamuxBreaker, loses_a_stream_reset_in_the_middle_of_a_frame_and_nothing_else) {
  End end(Role::responder);
  const auto bytes =
      joined({data(flag::syn | flag::fin, 1, Bytes(1000)), data(flag::syn, 3, bytes_of("next"))});
  ASSERT_TRUE(end.mux.receive(base::ByteView(bytes).first(500), kStart));
  end.mux.reset(1);
  ASSERT_TRUE(end.mux.receive(base::ByteView(bytes).subspan(500), kStart));
  EXPECT_EQ(end.mux.stream_count(), 1U);
  EXPECT_EQ(end.mux.buffered(), 4U);
}

TEST(YamuxBreaker, takes_streams_whose_numbers_come_out_of_order) {
  End end(Role::responder);
  for (const StreamId stream : {5U, 1U, 3U}) ASSERT_TRUE(end.mux.receive(credit(flag::syn, stream), kStart));
  EXPECT_EQ(end.mux.stream_count(), 3U);
}

TEST(YamuxBreaker, ignores_an_answer_to_no_ping) {
  End end(Role::responder);
  ASSERT_TRUE(end.mux.receive(frame(FrameType::ping, flag::ack, 0, 7), kStart));
  EXPECT_EQ(end.mux.round_trip(), std::nullopt);
}

TEST(YamuxBreaker, answers_a_ping_with_its_value) {
  End end(Role::responder);
  ASSERT_TRUE(end.mux.receive(frame(FrameType::ping, flag::syn, 0, 0xCAFE), kStart));
  EXPECT_EQ(end.out(), frame(FrameType::ping, flag::ack, 0, 0xCAFE));
}

TEST(YamuxBreaker, answers_only_so_many_pings_at_once_and_more_with_time) {
  Limits limits;
  limits.pings = {.burst = 5, .per_second = 2};
  End end(Role::responder, limits);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(end.mux.receive(frame(FrameType::ping, flag::syn, 0, 1), kStart));
  EXPECT_THAT(take_frames(end.out()), SizeIs(5));
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(end.mux.receive(frame(FrameType::ping, flag::syn, 0, 1), kStart + std::chrono::seconds(1)));
  EXPECT_THAT(take_frames(end.out()), SizeIs(2));
}

TEST(YamuxBreaker, answers_a_ping_every_ten_seconds_for_a_day) {
  End end(Role::responder);
  constexpr int pings = 24 * 360;
  for (int i = 0; i < pings; ++i) {
    const auto now = kStart + i * std::chrono::seconds(10);
    ASSERT_TRUE(end.mux.receive(frame(FrameType::ping, flag::syn, 0, 1), now));
  }
  EXPECT_THAT(take_frames(end.out()), SizeIs(pings));
}

TEST(YamuxBreaker, ends_with_a_peer_that_keeps_opening_streams_over_the_limit) {
  Limits limits;
  limits.inbound_streams = 1;
  limits.refusals = {.burst = 10, .per_second = 1};
  End end(Role::responder, limits);
  StreamId stream = 1;
  for (; stream <= 21; stream += 2) ASSERT_TRUE(end.mux.receive(credit(flag::syn, stream), kStart));
  EXPECT_TRUE(end.mux.receive(credit(flag::syn, stream), kStart).error().is(Errc::flood));
}

TEST(YamuxBreaker, ends_with_a_peer_that_makes_more_events_than_can_be_told) {
  Limits limits;
  limits.events = 100;
  End end(Role::responder, limits);
  base::Result<void> received;
  StreamId stream = 1;
  for (; received && stream < 1000; stream += 2)
    received = end.mux.receive(joined({credit(flag::syn, stream), credit(flag::rst, stream)}), kStart);
  ASSERT_FALSE(received);
  EXPECT_TRUE(received.error().is(Errc::flood));
  EXPECT_GT(stream, 2 * 50U);
}

}  // namespace
}  // namespace qnet::mux
