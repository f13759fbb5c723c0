// Tests of TCP streams: both ends of a connection over loopback.
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>

#include <gtest/gtest.h>

#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::net::testing {

inline constexpr auto kBroken = "(the connection was broken off)";

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
    boost::asio::co_spawn(
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

  boost::asio::io_context io{1};
  TcpPair pair = tcp_pair(io);
};

}  // namespace qnet::net::testing
