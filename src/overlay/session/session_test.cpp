// Two sessions over a real loopback connection.
#include "overlay/session/testing/session_fixture.hpp"

namespace qnet::session {
namespace {

namespace asio = boost::asio;
using net::Task;
using testing::pattern;
using testing::read_to_end;
using testing::Sessions;

TEST_F(Sessions, echo_what_is_sent_with_the_opening) {
  auto stream = open("/test/echo/1", base::bytes_of("hello"));
  stream->finish();
  run([](Stream& s) -> Task<void> { EXPECT_EQ(base::text_of(co_await read_to_end(s)), "hello"); }(*stream));
  stream.reset();
  run_until([this] { return initiator->stream_count() == 0 && responder->stream_count() == 0; });
}

TEST_F(Sessions, carry_megabytes_both_ways_at_once) {
  const auto data = pattern(20'000'000);
  auto stream = open("/test/echo/1");
  asio::co_spawn(
      io,
      [](Stream& s, const base::Bytes& bytes) -> Task<void> {
        EXPECT_TRUE(co_await net::write_all(s, bytes));
        s.finish();
      }(*stream, data),
      asio::detached);
  run([](Stream& s, const base::Bytes& bytes) -> Task<void> {
    EXPECT_TRUE(co_await read_to_end(s) == bytes);
  }(*stream, data));
}

TEST_F(Sessions, carry_hundreds_of_streams_at_once) {
  std::size_t ended = 0;
  std::vector<std::unique_ptr<Stream>> streams;
  const auto data = pattern(50'000);
  for (int i = 0; i < 500; ++i) {
    streams.push_back(open("/test/echo/1"));
    asio::co_spawn(
        io,
        [](Stream& s, const base::Bytes& bytes, std::size_t& count) -> Task<void> {
          EXPECT_TRUE(co_await net::write_all(s, bytes));
          s.finish();
          EXPECT_TRUE(co_await read_to_end(s) == bytes);
          ++count;
        }(*streams.back(), data, ended),
        asio::detached);
  }
  run_until([&] { return ended == streams.size(); });
  streams.clear();
  run_until([this] { return initiator->stream_count() == 0 && responder->stream_count() == 0; });
}

TEST_F(Sessions, refuse_a_protocol_that_nobody_serves) {
  // The second is no line of the negotiation: a responder that declines must not take back its answer.
  for (const auto& question : {base::Bytes{'x'}, base::Bytes{0, 28, 0xa2, 0x64}}) {
    auto stream = open("/test/unknown/1", question);
    run([](Stream& s) -> Task<void> {
      base::Bytes room(10);
      const auto got = co_await net::read_some(s, room);
      EXPECT_FALSE(got);
      EXPECT_TRUE(got.error().is(Errc::protocol_refused)) << got.error().message();
    }(*stream));
    stream.reset();
    run_until([this] { return responder->stream_count() == 0; });
  }
}

TEST_F(Sessions, keep_reading_after_half_closing) {
  auto stream = open("/test/hold/1", base::bytes_of("question"));
  stream->finish();
  run_until([this] { return held != nullptr; });
  run([](Stream& near, Stream& far) -> Task<void> {
    EXPECT_EQ(base::text_of(co_await read_to_end(far)), "question");
    EXPECT_TRUE(co_await net::write_all(far, base::bytes_of("answer")));
    far.finish();
    EXPECT_EQ(base::text_of(co_await read_to_end(near)), "answer");
  }(*stream, *held));
}

TEST_F(Sessions, pass_a_reset_on) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  stream->reset();
  run([](Stream& far) -> Task<void> {
    base::Bytes room(10);
    const auto got = co_await net::read_some(far, room);
    EXPECT_TRUE(!got && got.error().is(Errc::stream_reset));
  }(*held));
}

TEST_F(Sessions, tell_of_a_reset_also_when_nobody_reads_or_writes) {
  auto stream = open("/test/hold/1", base::bytes_of("unread"));
  run_until([this] { return held != nullptr; });
  int breaks = 0;
  held->on_break([&] { ++breaks; });
  stream->reset();
  run_until([&] { return breaks > 0; });
  EXPECT_EQ(breaks, 1);
  // Also when the question comes too late.
  held->on_break([&] { ++breaks; });
  EXPECT_EQ(breaks, 2);
}

TEST_F(Sessions, tell_of_a_reset_only_who_watches_still) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  {
    const net::BreakWatch left(*held, [] { FAIL() << "told after its end"; });
  }
  stream->reset();
  run_until([this] { return responder->stream_count() == 0; });
}

TEST_F(Sessions, tell_of_no_break_when_a_stream_ends) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  const net::BreakWatch near(*stream, [] { FAIL() << "told of an orderly end"; });
  const net::BreakWatch far(*held, [] { FAIL() << "told of an orderly end"; });
  stream->finish();
  held->finish();
  run([](Stream& one, Stream& other) -> Task<void> {
    EXPECT_TRUE((co_await read_to_end(one)).empty());
    EXPECT_TRUE((co_await read_to_end(other)).empty());
  }(*stream, *held));
  run_until([this] { return initiator->stream_count() == 0 && responder->stream_count() == 0; });
}

TEST_F(Sessions, break_their_streams_when_the_connection_breaks) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  bool near_told = false;
  bool far_told = false;
  stream->on_break([&] { near_told = true; });
  held->on_break([&] { far_told = true; });
  ::shutdown(far_socket, SHUT_RDWR);
  run_until([&] { return near_told && far_told; });
}

TEST_F(Sessions, reset_a_stream_whose_owner_has_gone) {
  open("/test/hold/1").reset();
  run_until([this] { return initiator->stream_count() == 0; });
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  held.reset();
  run([](Stream& near) -> Task<void> {
    base::Bytes room(10);
    EXPECT_FALSE(co_await net::read_some(near, room));
  }(*stream));
}

TEST_F(Sessions, bound_what_waits_for_a_reader_that_does_not_read) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  const base::Bytes block(100'000);
  std::size_t taken = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto put = stream->try_write(block);
    ASSERT_TRUE(put);
    taken += *put;
    io.run_one_for(std::chrono::milliseconds(1));
  }
  EXPECT_LE(taken, mux::Limits{}.largest_window);
  EXPECT_EQ(stream->write_room(), 0U);
}

TEST_F(Sessions, end_when_a_record_was_altered) {
  auto stream = open("/test/echo/1", base::bytes_of("x"));
  run_until([this] { return served == 1; });
  // Bytes of somebody in the middle, put into the responder's own direction of the connection.
  const base::Bytes forged{23, 3,  3,  0,  20, 1,  2,  3,  4,  5,  6,  7, 8,
                           9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
  ASSERT_EQ(::send(far_socket, forged.data(), forged.size(), 0), static_cast<ssize_t>(forged.size()));
  run_until([this] { return !initiator->alive(); });
  EXPECT_TRUE(initiator->reason().is(htx::Errc::forged_record)) << initiator->reason().message();
  EXPECT_FALSE(initiator->open("/test/echo/1", {}));
}

TEST_F(Sessions, tell_both_sides_of_an_orderly_end) {
  bool told = false;
  responder->on_end([&] { told = true; });
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  initiator->close();
  run_until([&] { return told && !initiator->alive(); });
  run([](Stream& far) -> Task<void> {
    base::Bytes room(10);
    EXPECT_FALSE(co_await net::read_some(far, room));
  }(*held));
}

TEST_F(Sessions, that_drain_keep_their_streams_and_end_with_the_last_of_them) {
  auto stream = open("/test/echo/1", base::bytes_of("before "));
  run_until([this] { return served == 1; });
  initiator->drain();
  EXPECT_FALSE(initiator->usable());
  EXPECT_FALSE(initiator->open("/test/echo/1", {}));
  run_until([this] { return !responder->usable(); });
  EXPECT_FALSE(responder->open("/test/echo/1", {}));
  EXPECT_TRUE(initiator->alive() && responder->alive());
  run([](Stream& s) -> Task<void> {
    EXPECT_TRUE(co_await net::write_all(s, base::bytes_of("and after")));
    s.finish();
    EXPECT_EQ(base::text_of(co_await read_to_end(s)), "before and after");
  }(*stream));
  stream.reset();
  run_until([this] { return !initiator->alive() && !responder->alive(); });
  EXPECT_TRUE(initiator->reason().is(Errc::ended)) << initiator->reason().message();
  EXPECT_TRUE(responder->reason().is(Errc::ended)) << responder->reason().message();
}

TEST_F(Sessions, without_streams_end_at_once_when_they_drain) {
  initiator->drain();
  run_until([this] { return !initiator->alive() && !responder->alive(); });
  EXPECT_TRUE(initiator->reason().is(Errc::ended)) << initiator->reason().message();
}

TEST_F(Sessions, hear_a_peer_that_is_probed_without_a_stream) {
  const auto before = initiator->last_heard();
  initiator->probe();
  run_until([&] { return initiator->last_heard() > before; });
  EXPECT_EQ(initiator->stream_count(), 0U);
}

TEST_F(Sessions, end_every_stream_when_the_connection_breaks) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  ::shutdown(far_socket, SHUT_RDWR);
  run([](Stream& near) -> Task<void> {
    base::Bytes room(10);
    EXPECT_FALSE(co_await net::read_some(near, room));
  }(*stream));
  EXPECT_FALSE(initiator->alive());
}

}  // namespace
}  // namespace qnet::session
