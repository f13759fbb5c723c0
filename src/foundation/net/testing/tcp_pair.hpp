// Both ends of a TCP connection over loopback.
#pragma once

#include <memory>
#include <utility>

#include "foundation/net/tcp.hpp"

namespace qnet::net::testing {

struct TcpPair {
  std::unique_ptr<TcpStream> near;
  std::unique_ptr<TcpStream> far;
};

[[nodiscard]] inline TcpPair tcp_pair(boost::asio::io_context& io) {
  tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket near(io);
  near.connect(acceptor.local_endpoint());
  return {std::make_unique<TcpStream>(std::move(near)), std::make_unique<TcpStream>(acceptor.accept())};
}

}  // namespace qnet::net::testing
