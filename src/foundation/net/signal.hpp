// Wakes the one coroutine that waits for something to change. A notification without a waiter is kept.
#pragma once

#include <chrono>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor)
      : timer_(executor, std::chrono::steady_clock::time_point::max()) {}

  /// Returns after the next notify(), at once when one came since the last wait.
  Task<void> wait();

  void notify() {
    notified_ = true;
    if (waiting_) timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
  bool waiting_ = false;
};

}  // namespace qnet::net
