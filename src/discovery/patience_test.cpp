#include "discovery/patience.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace qnet::discovery {
namespace {

using namespace std::chrono_literals;

class ClockWatchTest : public ::testing::Test {
 protected:
  bool looked(std::chrono::seconds wall, std::chrono::seconds steady) {
    return watch_.jumped(std::chrono::system_clock::time_point(wall),
                         std::chrono::steady_clock::time_point(steady));
  }
  ClockWatch watch_;
};

TEST_F(ClockWatchTest, time_that_passes_is_no_jump) {
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_FALSE(looked(1005s, 15s));
  EXPECT_FALSE(looked(1035s, 44s));
}

TEST_F(ClockWatchTest, a_clock_that_is_set_is_noticed_once) {
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_TRUE(looked(5000s, 15s));
  EXPECT_FALSE(looked(5005s, 20s));
  EXPECT_TRUE(looked(1000s, 25s));
}

TEST_F(ClockWatchTest, a_sleep_is_noticed) {
  EXPECT_FALSE(looked(1000s, 10s));
  EXPECT_TRUE(looked(1000s + 8h, 11s)) << "the steady clock slept too";
}

TEST(Patiently, ends_when_its_timer_is_cancelled_or_it_has_had_enough) {
  boost::asio::io_context io;
  boost::asio::steady_timer timer(io);
  bool done = false;
  auto task = [](boost::asio::steady_timer* waiting, bool* ended) -> net::Task<void> {
    co_await patiently(*waiting, std::chrono::hours(1), [] { return false; });
    *ended = true;
  };
  boost::asio::co_spawn(io, task(&timer, &done), boost::asio::detached);
  io.poll();
  EXPECT_FALSE(done);
  timer.cancel();
  io.run();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace qnet::discovery
