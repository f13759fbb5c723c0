#include "transport/link/connect.hpp"

#include <netinet/tcp.h>

#include <gtest/gtest.h>

#include "foundation/net/testing/run.hpp"

namespace qnet::link {
namespace {

class ConnectTest : public ::testing::Test {
 protected:
  std::unique_ptr<net::TcpStream> connect_as(const client_hello::Template& browser) {
    RelayAddress relay;
    relay.host = "127.0.0.1";
    relay.port = listener_.local_endpoint().port();
    auto stream = net::testing::run(io_, connect(relay, browser.keep_alive));
    EXPECT_TRUE(stream);
    return std::move(*stream);
  }
  static int option(net::TcpStream& stream, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(stream.socket().native_handle(), level, name, &value, &size), 0);
    return value;
  }

  boost::asio::io_context io_;
  net::tcp::acceptor listener_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
};

TEST_F(ConnectTest, asks_for_the_probes_of_the_browser_and_no_others) {
  for (const auto& browser : client_hello::builtin_templates()) {
    SCOPED_TRACE(browser.name);
    const auto stream = connect_as(browser);
    EXPECT_EQ(option(*stream, SOL_SOCKET, SO_KEEPALIVE) != 0, browser.keep_alive.has_value());
    if (!browser.keep_alive) continue;
    EXPECT_EQ(option(*stream, IPPROTO_TCP, TCP_KEEPIDLE), browser.keep_alive->idle.count());
    EXPECT_EQ(option(*stream, IPPROTO_TCP, TCP_KEEPINTVL), browser.keep_alive->interval.count());
  }
}

}  // namespace
}  // namespace qnet::link
