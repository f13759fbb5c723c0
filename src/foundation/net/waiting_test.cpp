// The small tools that coroutines wait with: Signal, Deadline, IdleLimit.
#include <optional>

#include <gtest/gtest.h>

#include "foundation/net/deadline.hpp"
#include "foundation/net/idle_limit.hpp"
#include "foundation/net/signal.hpp"
#include "foundation/net/testing/run_job.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::runs_to_end;
using namespace std::chrono_literals;

class Waiting : public ::testing::Test {
 protected:
  asio::io_context io{1};
};

using SignalTest = Waiting;
using DeadlineTest = Waiting;
using IdleLimitTest = Waiting;

TEST_F(SignalTest, wakes_who_waits) {
  Signal signal(io.get_executor());
  int woken = 0;
  asio::co_spawn(
      io,
      [&]() -> Task<void> {
        co_await signal.wait();
        ++woken;
        co_await signal.wait();
        ++woken;
      },
      [](const std::exception_ptr&) {});
  io.poll();
  EXPECT_EQ(woken, 0);
  signal.notify();
  EXPECT_TRUE(comes_true(io, [&] { return woken == 1; }));
  io.poll();
  EXPECT_EQ(woken, 1);
  signal.notify();
  EXPECT_TRUE(comes_true(io, [&] { return woken == 2; }));
}

TEST_F(SignalTest, keeps_a_notification_that_came_before_the_wait) {
  Signal signal(io.get_executor());
  signal.notify();
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { co_await signal.wait(); }));
}

TEST_F(SignalTest, keeps_many_notifications_as_one) {
  Signal signal(io.get_executor());
  signal.notify();
  signal.notify();
  int woken = 0;
  asio::co_spawn(
      io,
      [&]() -> Task<void> {
        for (;;) {
          co_await signal.wait();
          ++woken;
        }
      },
      [](const std::exception_ptr&) {});
  io.poll();
  EXPECT_EQ(woken, 1);
}

TEST_F(DeadlineTest, calls_when_time_is_up) {
  int called = 0;
  const Deadline deadline(io.get_executor(), 1ms, [&] { ++called; });
  EXPECT_FALSE(deadline.expired());
  EXPECT_TRUE(comes_true(io, [&] { return called == 1; }));
  EXPECT_TRUE(deadline.expired());
}

TEST_F(DeadlineTest, calls_nobody_after_its_scope_was_left) {
  int called = 0;
  {
    const Deadline deadline(io.get_executor(), 1h, [&] { ++called; });
  }
  io.run();  // ends, as nothing is waited for any more
  EXPECT_EQ(called, 0);
}

TEST_F(DeadlineTest, calls_nobody_when_it_expires_in_the_moment_in_which_its_scope_is_left) {
  int called = 0;
  std::optional<Deadline> second;
  // Both have expired when the context looks; the handler of the first runs while that of the second is
  // queued.
  const Deadline first(io.get_executor(), -2ms, [&] { second.reset(); });
  second.emplace(io.get_executor(), -1ms, [&] { ++called; });
  io.run();
  EXPECT_FALSE(second);
  EXPECT_EQ(called, 0);
}

TEST_F(IdleLimitTest, calls_once_when_nothing_happens) {
  int called = 0;
  const IdleLimit limit(io.get_executor(), 1ms, [&] { ++called; });
  io.run();
  EXPECT_EQ(called, 1);
}

TEST_F(IdleLimitTest, waits_once_more_after_a_use) {
  const auto idle = 20ms;
  const auto start = std::chrono::steady_clock::now();
  std::optional<std::chrono::steady_clock::time_point> called;
  IdleLimit limit(io.get_executor(), idle, [&] { called = std::chrono::steady_clock::now(); });
  limit.touch();
  io.run();
  ASSERT_TRUE(called);
  EXPECT_GE(*called - start, 2 * idle);
}

TEST_F(IdleLimitTest, calls_nobody_after_its_scope_was_left) {
  int called = 0;
  {
    const IdleLimit limit(io.get_executor(), 1h, [&] { ++called; });
  }
  io.run();
  EXPECT_EQ(called, 0);
}

}  // namespace
}  // namespace qnet::net
