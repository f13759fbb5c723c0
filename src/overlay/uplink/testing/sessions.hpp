// Sessions for tests: one side is real, the other a plain socket that says nothing.
#pragma once

#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "foundation/base/random.hpp"
#include "foundation/net/tcp.hpp"
#include "overlay/session/session.hpp"
#include "transport/htx/record_link.hpp"

namespace qnet::uplink::testing {

/// A session over loopback, and its peer's end of the connection.
struct WiredSession {
  explicit WiredSession(boost::asio::io_context& io, base::RandomSource& random) : wire(io) {
    net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    wire.connect(acceptor.local_endpoint());
    htx::RecordLinkConfig config{noise::CipherState(crypto::Secret<32>()),
                                 noise::CipherState(crypto::Secret<32>())};
    auto link = std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(acceptor.accept()),
                                                  std::move(config), random);
    session = session::Session::start(std::move(link), mux::Role::initiator, {});
  }
  /// The peer ends it as web servers end idle connections.
  void end_as_idle() { wire.shutdown(net::tcp::socket::shutdown_send); }
  /// The peer, or a censor, breaks it off.
  void cut() {
    wire.set_option(net::tcp::socket::linger(true, 0));
    wire.close();
  }

  net::tcp::socket wire;
  std::shared_ptr<session::Session> session;
};

}  // namespace qnet::uplink::testing
