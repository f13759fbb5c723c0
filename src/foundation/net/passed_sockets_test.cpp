// What a service manager passes. The whole of it, in a process of its own: tests/e2e/test_service.py.
#include "foundation/net/passed_sockets.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "foundation/net/tcp.hpp"

namespace qnet::net {
namespace {

using boost::asio::ip::make_address;

TEST(PassedSocketsOfAProcess, are_none_where_nobody_has_passed_any) {
  PassedSockets sockets;
  sockets.take_from_environment();
  EXPECT_TRUE(sockets.left().empty());
  EXPECT_EQ(sockets.take(tcp::endpoint(make_address("127.0.0.1"), 443)), std::nullopt);
  EXPECT_EQ(sockets.take(std::filesystem::path("/run/qnet/proxy")), std::nullopt);
}

TEST(PassedSocketsOfAProcess, are_not_those_of_another_process) {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  PassedSockets sockets;
  sockets.take_from_environment();
  EXPECT_TRUE(sockets.left().empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
}

}  // namespace
}  // namespace qnet::net
