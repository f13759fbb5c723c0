// Whose a connection is. Other users' connections: tests/e2e/test_local_users.py.
#include "foundation/net/local_users.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/connect_pair.hpp>

#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::net {
namespace {

using boost::asio::ip::make_address;

class ConnectionOwners : public ::testing::Test {
 protected:
  ConnectionOwners() {
    auto opened = SocketOwners::open();
    EXPECT_TRUE(opened) << opened.error().message();
    owners.emplace(std::move(*opened));
  }
  /// `at` is connected to by a socket of `kind`.
  void connect(const tcp::endpoint& at, const tcp::endpoint& to, tcp kind) {
    tcp::acceptor acceptor(io);
    acceptor.open(at.protocol());
    if (at.protocol() == tcp::v6()) acceptor.set_option(boost::asio::ip::v6_only(false));
    acceptor.bind(at);
    acceptor.listen();
    near.open(kind);
    near.connect({to.address(), acceptor.local_endpoint().port()});
    accepted = acceptor.accept();
  }
  std::optional<uid_t> owner() {
    return owners->owner(accepted.remote_endpoint(), accepted.local_endpoint());
  }

  boost::asio::io_context io{1};
  tcp::socket near{io};
  tcp::socket accepted{io};
  std::optional<SocketOwners> owners;
};

TEST_F(ConnectionOwners, are_told_for_ipv4) {
  connect({make_address("127.0.0.1"), 0}, {make_address("127.0.0.1"), 0}, tcp::v4());
  EXPECT_EQ(owner(), ::geteuid());
  EXPECT_EQ(owner(), ::geteuid());
}

TEST_F(ConnectionOwners, are_told_for_ipv6) {
  connect({make_address("::1"), 0}, {make_address("::1"), 0}, tcp::v6());
  EXPECT_EQ(owner(), ::geteuid());
}

TEST_F(ConnectionOwners, are_told_for_ipv4_in_a_socket_for_both_families) {
  connect({make_address("::"), 0}, {make_address("::ffff:127.0.0.1"), 0}, tcp::v6());
  EXPECT_EQ(owner(), ::geteuid());
}

TEST_F(ConnectionOwners, are_told_for_ipv4_that_reaches_a_socket_for_both_families) {
  connect({make_address("::"), 0}, {make_address("127.0.0.1"), 0}, tcp::v4());
  EXPECT_EQ(owner(), ::geteuid());
}

TEST_F(ConnectionOwners, are_told_while_a_program_has_ended_its_direction_only) {
  connect({make_address("127.0.0.1"), 0}, {make_address("127.0.0.1"), 0}, tcp::v4());
  near.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(owner(), ::geteuid());
}

// The kernel would call them root's.
TEST_F(ConnectionOwners, are_nobody_once_the_program_has_closed_its_socket) {
  connect({make_address("127.0.0.1"), 0}, {make_address("127.0.0.1"), 0}, tcp::v4());
  const auto theirs = accepted.remote_endpoint();
  const auto ours = accepted.local_endpoint();
  near.close();
  EXPECT_EQ(owners->owner(theirs, ours), std::nullopt);
  accepted.shutdown(tcp::socket::shutdown_send);  // now it is in TIME_WAIT
  EXPECT_EQ(owners->owner(theirs, ours), std::nullopt);
}

TEST_F(ConnectionOwners, are_nobody_for_a_connection_that_is_not_there) {
  connect({make_address("127.0.0.1"), 0}, {make_address("127.0.0.1"), 0}, tcp::v4());
  EXPECT_EQ(owners->owner({make_address("192.0.2.1"), 1}, accepted.local_endpoint()), std::nullopt);
  EXPECT_EQ(owner(), ::geteuid());
}

TEST_F(ConnectionOwners, that_are_this_user_are_admitted) {
  connect({make_address("127.0.0.1"), 0}, {make_address("127.0.0.1"), 0}, tcp::v4());
  auto users = LocalUsers::open({});
  ASSERT_TRUE(users);
  EXPECT_TRUE(users->admit(accepted));
  near.close();
  EXPECT_FALSE(users->admit(accepted));
  local::socket a(io);
  local::socket b(io);
  boost::asio::local::connect_pair(a, b);
  EXPECT_TRUE(users->admit(a));
}

}  // namespace
}  // namespace qnet::net
