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
  using Place = std::shared_ptr<VisitorPlaces::Place>;
  AcceptLoopTest() {
    auto acceptor = net::listen(pool_.first(), {boost::asio::ip::address_v4::loopback(), 0});
    loop_ = std::make_shared<AcceptLoop>(pool_, std::move(acceptor).value(), counters_,
                                         AcceptLoop::From::visitors, places_);
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
  VisitorPlaces places_{[] { return VisitorLimits{8, 2}; }};
  std::shared_ptr<AcceptLoop> loop_;
  std::thread runner_;
  boost::asio::io_context io_;
};

TEST_F(AcceptLoopTest, spreads_connections_over_the_cores_and_counts_those_that_are_open) {
  std::array<std::atomic<int>, 2> served{};
  boost::asio::post(pool_.first(), [&] {
    loop_->start([&](std::size_t core, net::tcp::socket socket, Place) -> net::Task<void> {
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

TEST_F(AcceptLoopTest, accepts_nobody_while_too_many_are_leaving) {
  // Eight places, one of them for who leaves: another one that does not go.
  const std::optional<boost::asio::ip::address> nobody;
  std::vector<Place> taken;
  for (int n = 0; n < 8; ++n) taken.push_back(places_.take(io_.get_executor(), nobody));
  std::atomic<int> served{0};
  boost::asio::post(pool_.first(), [&] {
    loop_->start([&](std::size_t, net::tcp::socket, Place) -> net::Task<void> {
      ++served;
      co_return;
    });
  });
  const auto client = connected();
  boost::asio::steady_timer later(io_, std::chrono::milliseconds(250));  // two looks of the loop
  later.wait();
  EXPECT_EQ(served, 0);
  taken.clear();
  EXPECT_TRUE(comes_true([&] { return served == 1; }));
}

TEST_F(AcceptLoopTest, closes_who_came_first_when_all_places_are_taken) {
  boost::asio::post(pool_.first(), [&] {
    loop_->start([](std::size_t, net::tcp::socket socket, Place place) -> net::Task<void> {
      net::TcpStream stream(std::move(socket));
      const VisitorPlaces::LeaveWatch watch(*place, [&](VisitorPlaces::Leave) { stream.close(); });
      while (co_await stream.wait_readable()) {
      }
    });
  });
  std::vector<net::tcp::socket> clients;
  for (int n = 0; n < 20; ++n) {
    clients.push_back(connected());
    const auto open = std::min(n + 1, 7);
    ASSERT_TRUE(comes_true([&] { return counters_->connections_open == open; })) << n;
  }
  for (std::size_t n = 0; n < 13; ++n) {
    char byte = 0;
    boost::system::error_code error;
    clients[n].read_some(boost::asio::buffer(&byte, 1), error);
    EXPECT_EQ(error, boost::asio::error::eof) << n;
  }
}

TEST_F(AcceptLoopTest, refuses_connections_once_it_has_stopped) {
  boost::asio::post(pool_.first(), [&] {
    loop_->start([](std::size_t, net::tcp::socket, Place) -> net::Task<void> { co_return; });
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
