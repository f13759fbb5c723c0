#include "network/directory_server/turns.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace qnet::directory {
namespace {

namespace asio = boost::asio;

class TurnsTest : public ::testing::Test {
 protected:
  void ask(int who) {
    asio::co_spawn(
        io_,
        [](TurnsTest* test, int name) -> net::Task<void> {
          auto turn = co_await test->turns_.take();
          (turn ? test->served_ : test->refused_).push_back(name);
          if (turn) test->held_.push_back(std::move(turn));
        }(this, who),
        asio::detached);
    settle();
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  void give_back() {
    held_.erase(held_.begin());
    settle();
  }
  asio::io_context io_;
  Turns turns_{io_.get_executor(), 2, 2};
  std::vector<Turns::Turn> held_;
  std::vector<int> served_;
  std::vector<int> refused_;
};

TEST_F(TurnsTest, are_few_at_a_time_and_in_the_order_of_asking) {
  for (int who = 1; who <= 4; ++who) ask(who);
  EXPECT_EQ(served_, (std::vector{1, 2}));
  give_back();
  EXPECT_EQ(served_, (std::vector{1, 2, 3}));
  give_back();
  give_back();
  EXPECT_EQ(served_, (std::vector{1, 2, 3, 4}));
  give_back();
  ask(5);
  ask(6);
  EXPECT_EQ(served_.size(), 6U);
}

TEST_F(TurnsTest, are_refused_when_too_many_wait) {
  for (int who = 1; who <= 5; ++who) ask(who);
  EXPECT_EQ(refused_, std::vector{5});
}

TEST_F(TurnsTest, are_refused_once_it_has_stopped) {
  for (int who = 1; who <= 3; ++who) ask(who);
  turns_.stop();
  settle();
  EXPECT_EQ(refused_, std::vector{3});
  ask(4);
  EXPECT_EQ(refused_, (std::vector{3, 4}));
}

}  // namespace
}  // namespace qnet::directory
