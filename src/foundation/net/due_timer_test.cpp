#include "foundation/net/due_timer.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "foundation/net/testing/comes_true.hpp"

namespace qnet::net {
namespace {

using namespace std::chrono_literals;

class DueTimerTest : public ::testing::Test {
 protected:
  void follow(std::optional<DueTimer::TimePoint> next) {
    timer_->follow(next, [this] { ++runs_; });
  }
  boost::asio::io_context io_{1};
  std::unique_ptr<DueTimer> timer_ = std::make_unique<DueTimer>(io_.get_executor());
  DueTimer::TimePoint now_ = std::chrono::steady_clock::now();
  int runs_ = 0;
};

TEST_F(DueTimerTest, runs_once_for_each_time_that_is_set) {
  follow(now_);
  follow(now_);
  ASSERT_TRUE(testing::comes_true(io_, [&] { return runs_ == 1; }));
  io_.restart();
  io_.run();
  EXPECT_EQ(runs_, 1);
  follow(now_);
  EXPECT_TRUE(testing::comes_true(io_, [&] { return runs_ == 2; })) << "also for the same time again";
}

TEST_F(DueTimerTest, forgets_what_was_set_before) {
  follow(now_);
  follow(now_ + 1h);
  io_.run_for(20ms);
  EXPECT_EQ(runs_, 0);
  follow(now_);
  EXPECT_TRUE(testing::comes_true(io_, [&] { return runs_ == 1; }));
  follow(now_);
  follow(std::nullopt);
  io_.restart();
  io_.run();
  EXPECT_EQ(runs_, 1);
}

TEST_F(DueTimerTest, runs_nothing_when_it_is_gone) {
  follow(now_);
  timer_.reset();
  io_.run();
  EXPECT_EQ(runs_, 0);
}

}  // namespace
}  // namespace qnet::net
