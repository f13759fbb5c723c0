#include "foundation/net/tcp.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <limits>

#include <gtest/gtest.h>

#include "foundation/net/testing/tcp_streams.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::kBroken;
using testing::TcpStreams;

TEST_F(TcpStreams, carry_bytes_both_ways) {
  write(*pair.near, "question");
  write(*pair.far, "answer");
  pair.near->finish();
  pair.far->finish();
  EXPECT_EQ(read(*pair.far), "question(end)");
  EXPECT_EQ(read(*pair.near), "answer(end)");
}

TEST_F(TcpStreams, say_that_nothing_has_come_yet) {
  base::Bytes room(16);
  const auto got = pair.near->try_read(room);
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().is(Errc::would_block));
  EXPECT_TRUE(pair.near->peek().empty());
}

TEST_F(TcpStreams, know_their_room_only_by_trying) {
  EXPECT_EQ(pair.near->write_room(), std::numeric_limits<std::size_t>::max());
}

TEST_F(TcpStreams, belong_to_the_context_of_their_socket) {
  EXPECT_EQ(pair.near->executor(), io.get_executor());
}

TEST_F(TcpStreams, wake_a_reader_when_bytes_come) {
  bool woken = false;
  asio::co_spawn(
      io, [&]() -> Task<void> { woken = (co_await pair.far->wait_readable()).has_value(); },
      [](const std::exception_ptr&) {});
  io.poll();
  EXPECT_FALSE(woken);
  write(*pair.near, "x");
  EXPECT_TRUE(comes_true(io, [&] { return woken; }));
}

TEST_F(TcpStreams, read_on_after_they_have_finished_writing) {
  pair.near->finish();
  EXPECT_EQ(read(*pair.far), "(end)");
  write(*pair.far, "still here");
  pair.far->finish();
  EXPECT_EQ(read(*pair.near), "still here(end)");
}

TEST_F(TcpStreams, write_nothing_after_they_have_finished) {
  pair.near->finish();
  EXPECT_FALSE(pair.near->try_write(base::bytes_of("late")));
}

TEST_F(TcpStreams, take_nothing_while_the_peer_takes_nothing_and_wake_the_writer_when_it_does) {
  const auto taken = fill(*pair.near);
  EXPECT_GT(taken, 0U);
  expect_a_writer_to_wait_until_the_peer_reads();
  EXPECT_GT(pair.near->try_write(base::bytes_of("more")).value_or(0), 0U);
}

TEST_F(TcpStreams, show_a_reset_as_an_error_and_not_as_an_end) {
  pair.near->reset();
  EXPECT_EQ(read(*pair.far), kBroken);
}

TEST_F(TcpStreams, show_a_reset_to_whoever_writes) {
  pair.near->reset();
  EXPECT_TRUE(comes_true(io, [&] {
    const auto put = pair.far->try_write(base::bytes_of("x"));
    return !put && put.error().is(Errc::reset);
  }));
}

TEST_F(TcpStreams, show_a_close_as_an_end_after_what_was_written) {
  write(*pair.near, "last words");
  pair.near->close();
  EXPECT_EQ(read(*pair.far), "last words(end)");
}

TEST_F(TcpStreams, wake_who_waits_when_they_are_closed_or_reset) {
  for (const bool orderly : {true, false}) {
    auto streams = testing::tcp_pair(io);
    fill(*streams.near);
    int closed = 0;
    const auto ended = [&closed](const base::Result<void>& result) {
      if (!result && result.error().is(Errc::closed)) ++closed;
    };
    const auto ignore = [](const std::exception_ptr&) {};
    asio::co_spawn(io, [&]() -> Task<void> { ended(co_await streams.near->wait_readable()); }, ignore);
    asio::co_spawn(io, [&]() -> Task<void> { ended(co_await streams.near->wait_writable()); }, ignore);
    io.restart();
    io.poll();
    EXPECT_EQ(closed, 0);
    if (orderly) {
      streams.near->close();
    } else {
      streams.near->reset();
    }
    EXPECT_TRUE(comes_true(io, [&] { return closed == 2; }));
  }
}

TEST_F(TcpStreams, do_nothing_more_once_closed) {
  pair.near->close();
  base::Bytes room(16);
  EXPECT_TRUE(pair.near->try_read(room).error().is(Errc::closed));
  EXPECT_TRUE(pair.near->try_write(room).error().is(Errc::closed));
}

TEST_F(TcpStreams, are_reset_when_destroyed_before_they_have_finished) {
  pair.near.reset();
  EXPECT_EQ(read(*pair.far), kBroken);
}

TEST_F(TcpStreams, are_reset_when_destroyed_before_they_have_read_the_end) {
  pair.near->finish();
  EXPECT_EQ(read(*pair.far), "(end)");
  pair.near.reset();
  // The system shows a reader the end that came first; poll() and a writer see the reset. After an orderly
  // close there would be nothing to see before a write.
  pollfd far{pair.far->socket().native_handle(), 0, 0};
  EXPECT_EQ(::poll(&far, 1, 20'000), 1);
  const auto put = pair.far->try_write(base::bytes_of("x"));
  ASSERT_FALSE(put);
  EXPECT_TRUE(put.error().is(Errc::reset));
}

TEST_F(TcpStreams, are_not_reset_when_destroyed_after_both_ends) {
  write(*pair.near, "all of it");
  pair.near->finish();
  pair.far->finish();
  EXPECT_EQ(read(*pair.near), "(end)");
  pair.near.reset();
  EXPECT_EQ(read(*pair.far), "all of it(end)");
}

TEST_F(TcpStreams, send_small_writes_at_once) { EXPECT_NE(option(*pair.near, IPPROTO_TCP, TCP_NODELAY), 0); }

TEST_F(TcpStreams, probe_a_silent_peer_as_often_as_they_are_told) {
  pair.near->keep_alive(std::chrono::seconds(120));
  EXPECT_NE(option(*pair.near, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_KEEPIDLE), 120);
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_KEEPINTVL), 45);
  pair.near->keep_alive(std::chrono::seconds(20));
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_KEEPINTVL), 20);
}

TEST_F(TcpStreams, give_up_on_a_peer_that_acknowledges_nothing_for_30_seconds) {
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
  pair.near->give_up_on_silence();
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_USER_TIMEOUT), 30'000);
}

TEST(Endpoints, are_written_as_in_an_address_bar) {
  EXPECT_EQ(to_text({asio::ip::make_address("192.0.2.7"), 443}), "192.0.2.7:443");
  EXPECT_EQ(to_text({asio::ip::make_address("2001:db8::1"), 443}), "[2001:db8::1]:443");
}

}  // namespace
}  // namespace qnet::net
