#include "foundation/net/wait_watching_clock.hpp"

#include <optional>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace qnet::net {
namespace {

using namespace std::chrono_literals;

TEST(WaitWatchingClock, ends_when_its_timer_is_cancelled) {
  boost::asio::io_context io;
  boost::asio::steady_timer timer(io);
  bool done = false;
  auto task = [](boost::asio::steady_timer* waiting, bool* ended) -> Task<void> {
    co_await wait_watching_clock(*waiting, std::chrono::hours(1), [] { return false; });
    *ended = true;
  };
  boost::asio::co_spawn(io, task(&timer, &done), boost::asio::detached);
  io.poll();
  EXPECT_FALSE(done);
  timer.cancel();
  io.run();
  EXPECT_TRUE(done);
}

TEST(WaitWatchingClock, ends_at_its_time_when_the_clock_stays) {
  boost::asio::io_context io;
  boost::asio::steady_timer timer(io);
  std::optional<bool> jumped;
  auto task = [](boost::asio::steady_timer* waiting, std::optional<bool>* result) -> Task<void> {
    *result = co_await wait_watching_clock(*waiting, 1ms, [] { return false; });
  };
  boost::asio::co_spawn(io, task(&timer, &jumped), boost::asio::detached);
  io.run();
  EXPECT_EQ(jumped, false);
}

}  // namespace
}  // namespace qnet::net
