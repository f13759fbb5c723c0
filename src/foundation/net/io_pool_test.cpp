#include "foundation/net/io_pool.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

namespace qnet::net {
namespace {

TEST(IoPool, has_one_io_context_for_each_core_and_at_least_one) {
  EXPECT_EQ(IoPool(3).size(), 3U);
  EXPECT_EQ(IoPool(0).size(), 1U);
}

TEST(IoPool, runs_each_io_context_on_a_thread_of_its_own_until_stopped) {
  IoPool pool(2);
  std::thread::id first;
  std::thread::id second;
  boost::asio::post(pool.first(), [&] {
    first = std::this_thread::get_id();
    boost::asio::post(pool.at(1), [&] {
      second = std::this_thread::get_id();
      pool.stop();
    });
  });
  pool.run();
  EXPECT_EQ(first, std::this_thread::get_id());
  EXPECT_NE(second, std::thread::id());
  EXPECT_NE(second, first);
}

}  // namespace
}  // namespace qnet::net
