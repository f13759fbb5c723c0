// For tests: an io_context with a thread of its own, and a blocking TCP client with a deadline.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace qnet::net::testing {

using tcp = boost::asio::ip::tcp;

class IoThread {
 public:
  IoThread() : work_(io_.get_executor()), thread_([this] { io_.run(); }) {}
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  ~IoThread() { join(); }

  boost::asio::io_context& io() { return io_; }

  /// Runs `function` in the thread and gives its result; here, when the thread has ended.
  template <class Function>
  auto run(Function function) {
    if (!thread_.joinable()) return function();
    std::packaged_task<std::invoke_result_t<Function>()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(io_, [&task] { task(); });
    return result.get();
  }

  /// Returns when nothing is left to do: hangs (until the test's time limit) if something was left behind.
  void join() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(const tcp::endpoint& to) : socket_(io_) {
    socket_.connect(to);
    // A server that never answers must fail the test, not hang it.
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }

  /// False when the other side does not take it any more.
  bool send(std::string_view text) {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(text), error);
    return !error;
  }

  /// Up to the end of `mark`, or what came before the connection ended.
  std::string read_to(std::string_view mark) {
    while (received_.find(mark) == std::string::npos && receive()) {
    }
    const auto at = received_.find(mark);
    return take(at == std::string::npos ? received_.size() : at + mark.size());
  }

  std::string read(std::size_t size) {
    while (received_.size() < size && receive()) {
    }
    return take(std::min(size, received_.size()));
  }

  /// With "(no end)" behind it when the other side neither ended nor sent anything for 20 s.
  std::string read_to_end() {
    while (receive()) {
    }
    return take(received_.size()) + (timed_out_ ? "(no end)" : "");
  }

  tcp::socket& socket() { return socket_; }

 private:
  bool receive() {
    std::array<char, 16384> chunk{};
    const auto size = ::recv(socket_.native_handle(), chunk.data(), chunk.size(), 0);
    timed_out_ = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (size <= 0) return false;
    received_.append(chunk.data(), static_cast<std::size_t>(size));
    return true;
  }

  std::string take(std::size_t size) {
    auto text = received_.substr(0, size);
    received_.erase(0, size);
    return text;
  }

  boost::asio::io_context io_{1};
  tcp::socket socket_;
  std::string received_;
  bool timed_out_ = false;
};

}  // namespace qnet::net::testing
