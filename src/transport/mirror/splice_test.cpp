// A stranger and an origin over real TCP, joined by a relay's two sockets.
#include "transport/mirror/splice.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::mirror {
namespace {

using net::testing::comes_true;
using net::testing::read_text;
using net::testing::runs_to_end;
using net::testing::write_text;

class SpliceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    boost::asio::co_spawn(
        io_,
        [this]() -> net::Task<void> {
          co_await splice(*relay_.near, *onward_.near, *place_);
          ended_ = true;
        },
        boost::asio::detached);
  }
  void TearDown() override {
    visitor_.reset();
    origin_.reset();
    EXPECT_TRUE(comes_true(io_, [this] { return ended_; }));
  }
  /// What the origin can send while the visitor takes nothing: until nothing has been taken for a while,
  /// which cannot end too soon by much, as all is in this process.
  std::size_t sent_to_a_stalled_visitor() {
    const base::Bytes piece(std::size_t{64} * 1024);
    std::size_t sent = 0;
    for (int refusals = 0; refusals < 200;) {
      const auto put = origin_.try_write(piece);
      if (!put) break;
      sent += *put;
      refusals = *put == 0 ? refusals + 1 : 0;
      io_.restart();
      io_.run_for(std::chrono::milliseconds(1));
    }
    return sent;
  }

  /// More visitors come than there are places for.
  void make_room(std::size_t visitors) {
    while (visitors-- > 0) others_.push_back(places_.take(io_.get_executor(), std::nullopt));
  }

  boost::asio::io_context io_{1};
  /// One gives a place to two others: the first of them leaves gently, the second at once.
  link::VisitorPlaces places_{[] { return link::VisitorLimits{16, 4}; }};
  std::shared_ptr<link::VisitorPlaces::Place> place_ = places_.take(io_.get_executor(), std::nullopt);
  std::vector<std::shared_ptr<link::VisitorPlaces::Place>> others_;
  net::testing::TcpPair relay_ = net::testing::tcp_pair(io_);
  net::testing::TcpPair onward_ = net::testing::tcp_pair(io_);
  net::TcpStream& visitor_ = *relay_.far;
  net::TcpStream& origin_ = *onward_.far;
  bool ended_ = false;
};

TEST_F(SpliceTest, carries_both_directions_to_their_ends) {
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_TRUE(co_await write_text(visitor_, "question"));
    visitor_.finish();
    EXPECT_EQ(co_await read_text(origin_), "question(end)");
    EXPECT_TRUE(co_await write_text(origin_, "answer"));
    origin_.finish();
    EXPECT_EQ(co_await read_text(visitor_), "answer(end)");
  }));
  EXPECT_TRUE(comes_true(io_, [this] { return ended_; }));
}

TEST_F(SpliceTest, resets_a_visitor_who_takes_nothing_when_the_origin_resets) {
  EXPECT_GT(sent_to_a_stalled_visitor(), 0U);
  EXPECT_FALSE(ended_);
  origin_.reset();
  EXPECT_TRUE(comes_true(io_, [this] { return ended_; }));
}

TEST_F(SpliceTest, carries_what_came_before_a_reset) {
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_TRUE(co_await write_text(origin_, "last words"));
    origin_.reset();
    EXPECT_EQ(co_await read_text(visitor_), "last words(the connection was broken off)");
  }));
}

TEST_F(SpliceTest, lets_the_origin_end_a_visitor_who_must_make_room) {
  make_room(14);
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_EQ(co_await read_text(origin_), "(end)") << "as if the visitor had ended";
    EXPECT_TRUE(co_await write_text(origin_, "good-bye"));
    origin_.finish();
    EXPECT_EQ(co_await read_text(visitor_), "good-bye(end)");
  }));
}

TEST_F(SpliceTest, ends_a_visitor_itself_whom_the_origin_does_not) {
  make_room(14);
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_EQ(co_await read_text(visitor_), "(end)");
    EXPECT_EQ(co_await read_text(origin_), "(end)");
  }));
  EXPECT_TRUE(comes_true(io_, [this] { return ended_; }));
}

TEST_F(SpliceTest, ends_at_once_when_another_leaves_already) {
  others_.push_back(std::move(place_));  // nobody's any more, and quiet for longer
  place_ = places_.take(io_.get_executor(), std::nullopt);
  make_room(14);
  EXPECT_TRUE(comes_true(io_, [this] { return ended_; }));
}

TEST_F(SpliceTest, counts_its_visitor_as_quiet_only_while_nothing_is_carried) {
  make_room(13);
  std::this_thread::sleep_for(link::VisitorPlaces::step);
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_TRUE(co_await write_text(origin_, "a"));
    base::Bytes byte(1);
    EXPECT_TRUE(co_await net::read_some(visitor_, byte));
  }));
  make_room(13);
  io_.restart();
  io_.poll();
  base::Bytes byte(1);
  EXPECT_TRUE(origin_.try_read(byte).error().is(net::Errc::would_block)) << "others were quiet for longer";
}

TEST_F(SpliceTest, reads_little_ahead_of_a_visitor_who_takes_nothing) {
  // The same without a relay: one connection whose other end reads nothing.
  const auto direct = net::testing::tcp_pair(io_);
  const base::Bytes piece(std::size_t{64} * 1024);
  std::size_t alone = 0;
  for (auto put = direct.near->try_write(piece); put && *put > 0; put = direct.near->try_write(piece))
    alone += *put;
  EXPECT_LT(sent_to_a_stalled_visitor(), alone + std::size_t{2} * 1024 * 1024);
}

}  // namespace
}  // namespace qnet::mirror
