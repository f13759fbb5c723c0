#include "transport/link/accept_loop.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::link {
namespace {

/// A pool of two cores, and a listening loop on it.
class AcceptLoopTest : public ::testing::Test {
 protected:
  AcceptLoopTest() {
    auto acceptor = net::listen(pool_.first(), {boost::asio::ip::address_v4::loopback(), 0});
    loop_ = std::make_shared<AcceptLoop>(pool_, std::move(acceptor).value(), counters_);
    runner_ = std::thread([this] { pool_.run(); });
  }
  ~AcceptLoopTest() override {
    pool_.stop();
    runner_.join();
  }
  template <class Condition>
  static bool comes_true(Condition condition) {
    for (int i = 0; i < 20'000 && !condition(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return condition();
  }
  net::tcp::socket connected() {
    net::tcp::socket socket(io_);
    socket.connect(loop_->address());
    return socket;
  }

  net::IoPool pool_{2};
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  std::shared_ptr<AcceptLoop> loop_;
  std::thread runner_;
  boost::asio::io_context io_;
};

TEST_F(AcceptLoopTest, spreads_connections_over_the_cores_and_counts_those_that_are_open) {
  std::array<std::atomic<int>, 2> served{};
  boost::asio::post(pool_.first(), [&] {
    loop_->start([&](std::size_t core, net::tcp::socket socket) -> net::Task<void> {
      ++served[core];
      net::TcpStream stream(std::move(socket));
      (void)co_await stream.wait_readable();
    });
  });
  {
    std::vector<net::tcp::socket> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(connected());
    EXPECT_TRUE(comes_true([&] { return served[0] == 3 && served[1] == 3; }));
    EXPECT_EQ(counters_->connections_open, 6);
  }
  EXPECT_TRUE(comes_true([&] { return counters_->connections_open == 0; }));
}

TEST_F(AcceptLoopTest, accepts_nobody_while_too_many_connections_are_open) {
  std::atomic<int> served{0};
  counters_->connections_open = 8192;
  boost::asio::post(pool_.first(), [&] {
    loop_->start([&](std::size_t, net::tcp::socket) -> net::Task<void> {
      ++served;
      co_return;
    });
  });
  const auto client = connected();
  boost::asio::steady_timer later(io_, std::chrono::milliseconds(250));  // two looks of the loop
  later.wait();
  EXPECT_EQ(served, 0);
  counters_->connections_open = 0;
  EXPECT_TRUE(comes_true([&] { return served == 1; }));
}

TEST_F(AcceptLoopTest, refuses_connections_once_it_has_stopped) {
  boost::asio::post(pool_.first(), [&] {
    loop_->start([](std::size_t, net::tcp::socket) -> net::Task<void> { co_return; });
    loop_->stop();
  });
  EXPECT_TRUE(comes_true([&] {
    boost::system::error_code error;
    net::tcp::socket socket(io_);
    socket.connect(loop_->address(), error);
    return error == boost::asio::error::connection_refused;
  }));
}

}  // namespace
}  // namespace qnet::link
