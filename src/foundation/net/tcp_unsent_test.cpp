// What a TCP stream holds unsent, and what room it says that it has.
#include "foundation/net/tcp.hpp"

#include <sys/socket.h>

#include <limits>

#include "foundation/net/testing/tcp_streams.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::kBroken;
using testing::TcpStreams;

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

}  // namespace
}  // namespace qnet::net
