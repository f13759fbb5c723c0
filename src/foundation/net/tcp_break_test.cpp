// A TCP connection that breaks while nobody reads from it or writes to it.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::net {
namespace {

using testing::comes_true;
using testing::read_text;
using testing::runs_to_end;
using testing::write_text;

class TcpBreak : public ::testing::Test {
 protected:
  void watch() {
    near.on_break([this] { ++breaks; });
  }
  [[nodiscard]] bool breaks_once() {
    return comes_true(io, [this] { return breaks == 1; });
  }
  void settle() {
    io.restart();
    io.poll();
  }

  boost::asio::io_context io{1};
  testing::TcpPair pair = testing::tcp_pair(io);
  TcpStream& near = *pair.near;
  TcpStream& far = *pair.far;
  int breaks = 0;
};

TEST_F(TcpBreak, is_told_once) {
  watch();
  settle();
  EXPECT_EQ(breaks, 0);
  far.reset();
  EXPECT_TRUE(breaks_once());
  settle();
  EXPECT_EQ(breaks, 1);
}

TEST_F(TcpBreak, is_told_when_it_was_before) {
  far.reset();
  watch();
  EXPECT_TRUE(breaks_once());
}

TEST_F(TcpBreak, is_told_behind_bytes_that_nobody_reads) {
  watch();
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> { EXPECT_TRUE(co_await write_text(far, "unread")); }));
  far.reset();
  EXPECT_TRUE(breaks_once());
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    EXPECT_EQ(co_await read_text(near), "unread(the connection was broken off)");
  }));
}

TEST_F(TcpBreak, is_told_behind_the_end_of_one_direction) {
  watch();
  far.finish();
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> { EXPECT_EQ(co_await read_text(near), "(end)"); }));
  EXPECT_EQ(breaks, 0);
  far.reset();
  EXPECT_TRUE(breaks_once());
}

TEST_F(TcpBreak, is_no_orderly_end) {
  watch();
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    near.finish();
    far.finish();
    EXPECT_EQ(co_await read_text(near), "(end)");
    EXPECT_EQ(co_await read_text(far), "(end)");
  }));
  settle();
  EXPECT_EQ(breaks, 0);
}

TEST_F(TcpBreak, is_no_urgent_byte) {
  watch();
  ASSERT_EQ(::send(far.socket().native_handle(), "!", 1, MSG_OOB), 1);
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    EXPECT_TRUE(co_await write_text(far, "x"));
    far.finish();
    EXPECT_EQ(co_await read_text(near), "x(end)");
  }));
  settle();
  EXPECT_EQ(breaks, 0);
}

TEST_F(TcpBreak, is_not_told_to_one_that_has_left) {
  {
    const BreakWatch left(near, [this] { ++breaks; });
    settle();
  }
  far.reset();
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> { EXPECT_FALSE(co_await write_text(near, "x")); }));
  EXPECT_EQ(breaks, 0);
}

TEST_F(TcpBreak, is_told_to_the_next_one_that_watches) {
  {
    const BreakWatch left(near, [this] { breaks = 100; });
  }
  watch();
  far.reset();
  EXPECT_TRUE(breaks_once());
}

TEST_F(TcpBreak, is_nothing_that_this_side_does) {
  watch();
  settle();
  near.reset();
  pair.near.reset();
  settle();
  EXPECT_EQ(breaks, 0);
}

}  // namespace
}  // namespace qnet::net
