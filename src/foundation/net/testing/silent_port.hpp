// A port that answers no SYN, as a dead host.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace qnet::net::testing {

/// Linux drops the SYNs to a socket whose queue of connections is full.
class SilentPort {
  using Tcp = boost::asio::ip::tcp;

 public:
  explicit SilentPort(boost::asio::io_context& io,
                      const Tcp::endpoint& at = {boost::asio::ip::address_v4::loopback(), 0})
      : acceptor_(io) {
    acceptor_.open(at.protocol());
    acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
    acceptor_.bind(at);
    acceptor_.listen(0);
    constexpr int most = 20;  // the queue has room for one or two
    for (int i = 0; i < most; ++i)
      if (!finds_a_place(io)) return;
    throw std::runtime_error("a queue of one took 20 connections");
  }

  [[nodiscard]] Tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  /// On loopback a connection that finds a place is there when connect(2) returns, also when that says
  /// EINPROGRESS.
  bool finds_a_place(boost::asio::io_context& io) {
    auto& socket = queued_.emplace_back(io);
    socket.open(endpoint().protocol());
    socket.native_non_blocking(true);
    const auto to = endpoint();
    if (::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0) return true;
    pollfd waited{socket.native_handle(), POLLOUT, 0};
    return ::poll(&waited, 1, 0) == 1;
  }

  Tcp::acceptor acceptor_;
  std::vector<Tcp::socket> queued_;
};

}  // namespace qnet::net::testing
