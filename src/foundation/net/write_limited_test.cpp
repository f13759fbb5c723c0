#include "foundation/net/write_limited.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/memory_stream.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::MemoryStream;
using namespace std::chrono_literals;

class WriteLimitedTest : public ::testing::Test {
 protected:
  /// Writes so many bytes.
  void write(std::size_t count, std::chrono::milliseconds longest) {
    limited_.emplace(stream_, longest);
    asio::co_spawn(
        io_,
        [this, count]() -> Task<void> {
          const base::Bytes bytes(count);
          outcome_.emplace(co_await write_all(*limited_, bytes));
        },
        [](const std::exception_ptr&) {});
    io_.poll();
  }
  /// The stream takes so many bytes more.
  void take(std::size_t count) {
    stream_.takes = count;
    stream_.notify();
    ASSERT_TRUE(comes_true(io_, [this] { return stream_.takes == 0; }));
  }

  asio::io_context io_{1};
  MemoryStream stream_{io_.get_executor()};
  std::optional<WriteLimited> limited_;
  std::optional<base::Result<void>> outcome_;
};

TEST_F(WriteLimitedTest, resets_a_stream_that_takes_nothing) {
  stream_.takes = 10;
  write(20, 20ms);
  EXPECT_TRUE(comes_true(io_, [this] { return outcome_.has_value(); }));
  EXPECT_FALSE(*outcome_);
  EXPECT_TRUE(stream_.was_reset);
}

TEST_F(WriteLimitedTest, leaves_one_alone_that_takes_a_little_each_time) {
  stream_.takes = 0;
  write(40, 1h);
  for (int i = 0; i < 40; ++i) take(1);
  EXPECT_TRUE(comes_true(io_, [this] { return outcome_.has_value(); }));
  EXPECT_TRUE(*outcome_);
  EXPECT_FALSE(stream_.was_reset);
}

TEST_F(WriteLimitedTest, resets_one_that_has_taken_something_and_then_nothing_more) {
  stream_.takes = 0;
  write(40, 20ms);
  take(1);
  EXPECT_TRUE(comes_true(io_, [this] { return outcome_.has_value(); }));
  EXPECT_TRUE(stream_.was_reset);
}

TEST_F(WriteLimitedTest, has_no_limit_while_nobody_waits) {
  write(10, 1ms);
  ASSERT_TRUE(comes_true(io_, [this] { return outcome_.has_value(); }));
  io_.restart();
  EXPECT_EQ(io_.run_for(20ms), 0U) << "no timer runs";
  EXPECT_FALSE(stream_.was_reset);
}

}  // namespace
}  // namespace qnet::net
