#include "foundation/net/tcp.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <limits>

#include <gtest/gtest.h>

#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::read_text;
using testing::runs_to_end;
using testing::write_text;

constexpr auto kBroken = "(the connection was broken off)";

class TcpStreams : public ::testing::Test {
 protected:
  [[nodiscard]] std::string read(ByteStream& stream) {
    std::string text;
    EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { text = co_await read_text(stream); }));
    return text;
  }
  void write(ByteStream& stream, std::string_view text) {
    EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { EXPECT_TRUE(co_await write_text(stream, text)); }));
  }
  /// Writes until nothing more is taken, also not after the kernel had its time: the number of bytes.
  std::size_t fill(ByteStream& stream) {
    const base::Bytes block(256 * 1024, 'x');
    std::size_t total = 0;
    int refused = 0;
    EXPECT_TRUE(comes_true(io, [&] {
      const auto put = stream.try_write(block);
      EXPECT_TRUE(put);
      total += put.value_or(0);
      refused = put.value_or(0) == 0 ? refused + 1 : 0;
      return refused > 3;
    }));
    return total;
  }
  void expect_a_writer_to_wait_until_the_peer_reads() {
    bool woken = false;
    asio::co_spawn(
        io, [&]() -> Task<void> { woken = (co_await pair.near->wait_writable()).has_value(); },
        [](const std::exception_ptr&) {});
    io.poll();
    EXPECT_FALSE(woken);
    base::Bytes room(1024 * 1024);
    EXPECT_TRUE(comes_true(io, [&] {
      (void)pair.far->try_read(room);
      return woken;
    }));
  }
  [[nodiscard]] static int option(TcpStream& stream, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(stream.socket().native_handle(), level, name, &value, &size), 0);
    return value;
  }

  asio::io_context io{1};
  testing::TcpPair pair = testing::tcp_pair(io);
};

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

TEST_F(TcpStreams, hold_little_unsent_while_the_path_is_not_known) {
  pair.near->limit_unsent(128 * 1024);
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_NOTSENT_LOWAT), static_cast<int>(UnsentLimits::least));
  EXPECT_EQ(pair.near->write_room(), UnsentLimits::record);
  fill(*pair.near);
  EXPECT_EQ(pair.near->write_room(), 0U);
}

TEST_F(TcpStreams, hold_no_more_unsent_than_they_were_told) {
  pair.near->limit_unsent(5'000);
  EXPECT_EQ(option(*pair.near, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 5'000);
}

TEST_F(TcpStreams, hold_more_unsent_when_the_path_turns_out_to_be_fast) {
  constexpr std::size_t kMost = 16 * 1024;
  pair.near->limit_unsent(kMost);
  const base::Bytes block(64 * 1024, 'x');
  base::Bytes room(1024 * 1024);
  bool writing = false;
  EXPECT_TRUE(comes_true(io, [&] {
    EXPECT_TRUE(pair.near->try_write(block));
    (void)pair.far->try_read(room);
    if (!std::exchange(writing, true))
      asio::co_spawn(
          io, [&]() -> Task<void> { EXPECT_TRUE(co_await pair.near->wait_writable()); },
          [&](const std::exception_ptr&) { writing = false; });
    return option(*pair.near, IPPROTO_TCP, TCP_NOTSENT_LOWAT) == kMost;
  }));
  EXPECT_EQ(pair.near->write_room(), std::numeric_limits<std::size_t>::max()) << "only trying tells";
  EXPECT_TRUE(comes_true(io, [&] {
    (void)pair.far->try_read(room);
    return !writing;
  }));
}

TEST_F(TcpStreams, are_writable_again_when_they_have_room_again) {
  pair.near->limit_unsent(128 * 1024);
  fill(*pair.near);
  expect_a_writer_to_wait_until_the_peer_reads();
  EXPECT_GT(pair.near->write_room(), 0U);
}

TEST_F(TcpStreams, let_a_failure_be_found_by_writing_though_much_is_unsent) {
  for (const bool read_first : {false, true}) {
    auto streams = testing::tcp_pair(io);
    streams.near->limit_unsent(128 * 1024);
    fill(*streams.near);
    EXPECT_EQ(streams.near->write_room(), 0U);
    streams.far->reset();
    EXPECT_TRUE(comes_true(
        io, [&] { return streams.near->write_room() == std::numeric_limits<std::size_t>::max(); }));
    if (read_first) EXPECT_EQ(read(*streams.near), kBroken);
    EXPECT_NE(streams.near->write_room(), 0U);
    EXPECT_FALSE(streams.near->try_write(base::bytes_of("x")));
  }
}

TEST_F(TcpStreams, tell_what_the_far_machine_has_acknowledged) {
  EXPECT_EQ(pair.near->outgoing().waiting, 0U);
  const auto before = pair.near->outgoing().acknowledged;
  write(*pair.near, "a dozen more");
  EXPECT_TRUE(comes_true(io, [&] { return pair.near->outgoing().acknowledged == before + 12; }));
  const auto taken = fill(*pair.near);
  const auto now = pair.near->outgoing();
  EXPECT_GT(now.waiting, 0U);
  EXPECT_EQ(now.acknowledged + now.waiting, before + 12 + taken);
}

// A kernel without TCP_NOTSENT_LOWAT says at once that there is room: who asked for room and waited would do
// so for ever.
TEST_F(TcpStreams, know_their_room_only_by_trying_where_the_kernel_holds_no_limit) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);  // knows no option of TCP
  TcpStream near(tcp::socket(io, tcp::v4(), ends[0]));
  TcpStream far(tcp::socket(io, tcp::v4(), ends[1]));
  near.limit_unsent(128 * 1024);
  EXPECT_EQ(near.write_room(), std::numeric_limits<std::size_t>::max());
  fill(near);
  EXPECT_EQ(near.write_room(), std::numeric_limits<std::size_t>::max());
  near.close();
  far.close();
}

TEST_F(TcpStreams, take_less_when_unsent_bytes_are_limited) {
  auto limited = testing::tcp_pair(io);
  limited.near->limit_unsent(16 * 1024);
  // The peer's window holds as much either way; what waits before it does not.
  EXPECT_LT(fill(*limited.near), fill(*pair.near));
}

TEST(Endpoints, are_written_as_in_an_address_bar) {
  EXPECT_EQ(to_text({asio::ip::make_address("192.0.2.7"), 443}), "192.0.2.7:443");
  EXPECT_EQ(to_text({asio::ip::make_address("2001:db8::1"), 443}), "[2001:db8::1]:443");
}

}  // namespace
}  // namespace qnet::net
