#include "transport/link/visitor_stream.hpp"

#include <gtest/gtest.h>

#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::link {
namespace {

using net::testing::comes_true;
using net::testing::read_text;
using net::testing::runs_to_end;
using net::testing::write_text;

/// One place for those that stay, one for who leaves gently and one for who leaves at once.
class VisitorStreamTest : public ::testing::Test {
 protected:
  VisitorStream accepted() {
    ends_.push_back(net::testing::tcp_pair(io_));
    return {std::move(ends_.back().near), places_.take(io_.get_executor(), std::nullopt)};
  }
  net::TcpStream& visitor(std::size_t number) { return *ends_[number].far; }

  boost::asio::io_context io_{1};
  VisitorPlaces places_{[] { return VisitorLimits{16, 4}; }};
  std::vector<net::testing::TcpPair> ends_;
};

TEST_F(VisitorStreamTest, reads_the_end_of_a_visitor_who_must_make_room_and_may_still_answer) {
  auto first = accepted();
  std::vector<std::shared_ptr<VisitorPlaces::Place>> others;
  for (int n = 0; n < 14; ++n) others.push_back(places_.take(io_.get_executor(), std::nullopt));
  EXPECT_TRUE(runs_to_end(io_, [&]() -> net::Task<void> {
    EXPECT_EQ(co_await read_text(first), "(end)");
    EXPECT_TRUE(co_await write_text(first, "bye"));
    first.close();
    EXPECT_EQ(co_await read_text(visitor(0)), "bye(end)");
  }));
}

TEST_F(VisitorStreamTest, is_closed_when_that_takes_too_long) {
  auto first = accepted();
  std::vector<std::shared_ptr<VisitorPlaces::Place>> others;
  for (int n = 0; n < 14; ++n) others.push_back(places_.take(io_.get_executor(), std::nullopt));
  EXPECT_TRUE(
      runs_to_end(io_, [&]() -> net::Task<void> { EXPECT_EQ(co_await read_text(visitor(0)), "(end)"); }));
}

TEST_F(VisitorStreamTest, stays_while_bytes_move_in_either_direction) {
  auto reads = accepted();
  auto writes = accepted();
  auto quiet = accepted();
  std::vector<std::shared_ptr<VisitorPlaces::Place>> others;
  for (int n = 0; n < 11; ++n) others.push_back(places_.take(io_.get_executor(), std::nullopt));
  std::this_thread::sleep_for(VisitorPlaces::step);
  EXPECT_TRUE(runs_to_end(io_, [&]() -> net::Task<void> {
    EXPECT_TRUE(co_await write_text(visitor(0), "a"));
    base::Bytes byte(1);
    EXPECT_TRUE(co_await net::read_some(reads, byte));
    EXPECT_TRUE(co_await write_text(writes, "b"));
  }));
  bool asked = false;
  for (int n = 0; n < 12; ++n) others.push_back(places_.take(io_.get_executor(), std::nullopt));
  EXPECT_TRUE(comes_true(io_, [&] {
    base::Bytes byte(1);
    const auto end = quiet.try_read(byte);
    asked = end.has_value();
    return asked || !end.error().is(net::Errc::would_block);
  }));
  base::Bytes byte(1);
  EXPECT_TRUE(reads.try_read(byte).error().is(net::Errc::would_block));
  EXPECT_TRUE(writes.try_read(byte).error().is(net::Errc::would_block));
}

}  // namespace
}  // namespace qnet::link
