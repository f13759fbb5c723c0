// One io_context for each core, each run by one thread (design §1).
#pragma once

#include <deque>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace qnet::net {

class IoPool {
 public:
  /// `cores` of at least 1. The first io_context is run by run(), the others by threads of their own.
  explicit IoPool(std::size_t cores);
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;
  ~IoPool();

  [[nodiscard]] std::size_t size() const { return contexts_.size(); }
  [[nodiscard]] boost::asio::io_context& at(std::size_t core) { return contexts_[core]; }
  [[nodiscard]] boost::asio::io_context& first() { return contexts_.front(); }

  /// Runs everything until stop().
  void run();
  /// From any thread.
  void stop();

 private:
  using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  std::deque<boost::asio::io_context> contexts_;
  std::vector<Guard> guards_;
};

}  // namespace qnet::net
