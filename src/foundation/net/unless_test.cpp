#include "foundation/net/unless.hpp"

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>

#include "foundation/net/signal.hpp"
#include "foundation/net/testing/run_job.hpp"

namespace qnet::net {
namespace {

using testing::runs_to_end;

/// Something without default value, as results are.
struct Found {
  explicit Found(int n) : number(n) {}
  int number;
};

class Unless : public ::testing::Test {
 protected:
  /// Ends with the signal; counts what is still held.
  Task<Found> work() {
    ++held;
    const std::unique_ptr<int, void (*)(int*)> hold(&held, [](int* count) { --*count; });
    while (!done) co_await signal.wait();
    co_return Found(7);
  }

  boost::asio::io_context io{1};
  Signal signal{io.get_executor()};
  Stop stop;
  bool done = false;
  int held = 0;
};

TEST_F(Unless, nobody_says_stop_the_work_gives_its_result) {
  boost::asio::post(io, [this] {
    done = true;
    signal.notify();
  });
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    const auto found = co_await unless(stop, work());
    EXPECT_TRUE(found && found->number == 7);
  }));
}

TEST_F(Unless, stopped_the_work_gives_nothing_and_holds_nothing) {
  boost::asio::post(io, [this] { boost::asio::post(io, [this] { stop.now(); }); });
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    EXPECT_FALSE(co_await unless(stop, work()));
    EXPECT_EQ(held, 0);
  }));
}

TEST_F(Unless, stopped_before_the_work_does_not_begin) {
  stop.now();
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    EXPECT_FALSE(co_await unless(stop, [](bool& began) -> Task<int> {
      began = true;
      co_return 1;
    }(done)));
  }));
  EXPECT_FALSE(done);
}

TEST_F(Unless, stopped_at_the_end_the_result_is_dropped) {
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    const auto found = co_await unless(stop, [](Stop& all) -> Task<int> {
      all.now();
      co_return 1;
    }(stop));
    EXPECT_FALSE(found);
  }));
}

TEST_F(Unless, the_work_fails_by_an_exception_it_is_the_callers) {
  EXPECT_TRUE(runs_to_end(io, [this]() -> Task<void> {
    bool caught = false;
    try {
      (void)co_await unless(stop, []() -> Task<int> {
        throw std::runtime_error("broken");
        co_return 1;
      }());
    } catch (const std::runtime_error&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  }));
}

}  // namespace
}  // namespace qnet::net
