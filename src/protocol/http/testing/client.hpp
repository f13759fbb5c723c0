// For tests whose server runs on the test's own thread: an HTTP client that never blocks.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>

#include "foundation/net/tcp.hpp"

namespace qnet::http::testing {

/// A client that never blocks: the server runs in the same thread.
class Client {
 public:
  /// Loopback has a whole /8 of addresses to come from.
  Client(boost::asio::io_context& io, const net::tcp::endpoint& to, const char* from) : socket_(io) {
    socket_.open(to.protocol());
    socket_.bind({boost::asio::ip::make_address(from), 0});
    socket_.connect(to);
    socket_.non_blocking(true);
  }
  void send(std::string_view text) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(text), ignored);
  }
  const std::string& received() {
    std::array<char, 4096> chunk{};
    for (;;) {
      boost::system::error_code error;
      const auto size = socket_.read_some(boost::asio::buffer(chunk), error);
      received_.append(chunk.data(), size);
      ended_ = ended_ || (error && error != boost::asio::error::would_block);
      if (error) return received_;
    }
  }
  bool ended() {
    (void)received();
    return ended_;
  }

  /// Says that nothing more is to come, and hears the answer still.
  void finish() { socket_.shutdown(net::tcp::socket::shutdown_send); }
  void leave() { socket_.close(); }
  /// How much the system takes for a client that does not read.
  void hold_little() { socket_.set_option(net::tcp::socket::receive_buffer_size(4096)); }

 private:
  net::tcp::socket socket_;
  std::string received_;
  bool ended_ = false;
};

}  // namespace qnet::http::testing
