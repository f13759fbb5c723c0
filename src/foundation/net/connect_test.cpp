#include <gtest/gtest.h>

#include "foundation/net/tcp.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/silent_port.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using asio::ip::make_address;
using testing::runs_to_end;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLong = 30s;

class Connecting : public ::testing::Test {
 protected:
  base::Result<tcp::socket> connect_to(const tcp::endpoint& to, std::chrono::milliseconds deadline = kLong) {
    return connect_to(to.address().to_string(), to.port(), deadline);
  }
  base::Result<tcp::socket> connect_to(const std::string& host, std::uint16_t port,
                                       std::chrono::milliseconds deadline = kLong) {
    base::Result<tcp::socket> result = base::fail(Errc::failed);
    EXPECT_TRUE(
        runs_to_end(io, [&]() -> Task<void> { result = co_await connect_to_host(host, port, deadline); }));
    return result;
  }
  [[nodiscard]] tcp::endpoint listening_at(const char* address) {
    acceptor.emplace(io, tcp::endpoint{make_address(address), 0});
    return acceptor->local_endpoint();
  }
  /// A port that is taken, so that nobody else listens there, and does not listen.
  [[nodiscard]] tcp::endpoint refusing() {
    deaf.open(tcp::v4());
    deaf.bind({make_address("127.0.0.1"), 0});
    return deaf.local_endpoint();
  }

  asio::io_context io{1};
  std::optional<tcp::acceptor> acceptor;
  tcp::socket deaf{io};
};

TEST_F(Connecting, reaches_who_listens) {
  const auto at = listening_at("127.0.0.1");
  const auto socket = connect_to(at);
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->remote_endpoint(), at);
}

TEST_F(Connecting, says_who_refused) {
  const auto at = refusing();
  const auto socket = connect_to(at);
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().is(Errc::refused));
  EXPECT_EQ(socket.error().context(), to_text(at));
}

TEST_F(Connecting, ends_at_its_deadline) {
  const testing::SilentPort silent(io);
  const auto socket = connect_to(silent.endpoint(), 100ms);
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().is(Errc::timed_out)) << socket.error().message();
}

TEST_F(Connecting, takes_an_ipv4_address_for_a_host) {
  EXPECT_TRUE(connect_to("127.0.0.1", listening_at("127.0.0.1").port()));
}

TEST_F(Connecting, takes_an_ipv6_address_for_a_host) {
  boost::system::error_code none;
  tcp::socket(io, tcp::v6()).bind({make_address("::1"), 0}, none);
  if (none) GTEST_SKIP() << "this machine has no IPv6 loopback address";
  const auto socket = connect_to("::1", listening_at("::1").port());
  ASSERT_TRUE(socket) << socket.error().message();
  EXPECT_TRUE(socket->remote_endpoint().address().is_v6());
}

TEST_F(Connecting, resolves_a_name_and_tries_its_addresses_in_turn) {
  // Where localhost is ::1 as well, that is asked first, and refuses.
  const auto socket = connect_to("localhost", listening_at("127.0.0.1").port());
  ASSERT_TRUE(socket) << socket.error().message();
  EXPECT_EQ(socket->remote_endpoint().address(), make_address("127.0.0.1"));
}

TEST_F(Connecting, says_why_the_last_address_of_a_name_failed) {
  const auto socket = connect_to("localhost", refusing().port());
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().is(Errc::refused)) << socket.error().message();
}

TEST_F(Connecting, says_that_a_name_does_not_exist) {
  // Longer than a label may be (RFC 1035 §2.3.4), so that no server can be asked.
  const auto socket = connect_to(std::string(64, 'x'), 443);
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().is(Errc::no_such_host)) << socket.error().message();
}

TEST_F(Connecting, to_a_name_ends_at_its_deadline) {
  const auto socket = connect_to("localhost", listening_at("127.0.0.1").port(), 0ms);
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().is(Errc::timed_out)) << socket.error().message();
  EXPECT_EQ(socket.error().context(), "localhost");
}

TEST_F(Connecting, finds_who_listens_by_listen) {
  auto opened = net::listen(io, {make_address("127.0.0.1"), 0});
  ASSERT_TRUE(opened);
  EXPECT_TRUE(connect_to(opened->local_endpoint()));
  EXPECT_TRUE(opened->non_blocking());
}

TEST_F(Connecting, cannot_listen_where_another_does) {
  const auto at = listening_at("127.0.0.1");
  const auto second = net::listen(io, at);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(Errc::address_in_use));
  EXPECT_EQ(second.error().context(), to_text(at));
}

TEST_F(Connecting, cannot_listen_at_another_machines_address) {
  const auto acceptor_there = net::listen(io, {make_address("192.0.2.1"), 0});
  ASSERT_FALSE(acceptor_there);
  EXPECT_TRUE(acceptor_there.error().is(Errc::address_unavailable));
}

}  // namespace
}  // namespace qnet::net
