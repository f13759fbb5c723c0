#include "network/directory_server/spent_memory.hpp"

#include <memory>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace qnet::directory {
namespace {

class SpentMemoryTest : public ::testing::Test {
 protected:
  boost::asio::io_context io_;
  int given_back_ = 0;
  std::shared_ptr<SpentMemory> memory_ =
      std::make_shared<SpentMemory>(io_.get_executor(), [this] { ++given_back_; });
};

TEST_F(SpentMemoryTest, little_is_not_given_back) {
  memory_->add(SpentMemoryLimits::worth - 1);
  EXPECT_EQ(io_.poll(), 0U);
  EXPECT_TRUE(io_.stopped());  // nothing waits
}

TEST_F(SpentMemoryTest, many_lists_are_given_back_at_once_and_later_ones_again) {
  for (int i = 0; i < 10; ++i) memory_->add(SpentMemoryLimits::worth);
  io_.run();
  EXPECT_EQ(given_back_, 1);
  memory_->add(SpentMemoryLimits::worth / 2);
  memory_->add(SpentMemoryLimits::worth / 2);
  io_.restart();
  io_.run();
  EXPECT_EQ(given_back_, 2);
}

TEST_F(SpentMemoryTest, nothing_waits_for_it_when_it_stops) {
  memory_->add(SpentMemoryLimits::worth);
  memory_->stop();
  memory_->add(SpentMemoryLimits::worth);
  io_.run();
  EXPECT_EQ(given_back_, 0);
}

}  // namespace
}  // namespace qnet::directory
