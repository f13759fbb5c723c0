// Programs that go without an end.
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include "edge/proxy/testing/proxy_server.hpp"

namespace qnet::proxy {
namespace {

using net::testing::Client;
using testing::bytes;
using testing::kHttp;
using testing::kHttpGranted;
using testing::kSocks;
using testing::kSocksGranted;
using testing::ProxyServer;

void reset(Client& program) {
  program.socket().set_option(boost::asio::socket_base::linger(true, 0));
  program.socket().close();
}

TEST_F(ProxyServer, gives_up_the_request_of_a_program_that_is_reset) {
  start();
  thread.run([this] { says_nothing = true; });
  for (const auto& request : {kSocks, kHttp, kSocks + "early", kHttp + "early"}) {
    Client program(address);
    EXPECT_TRUE(program.send(request));
    ASSERT_TRUE(waits(1));
    reset(program);
    EXPECT_TRUE(waits(0));
    EXPECT_TRUE(comes_to(0));
  }
}

TEST_F(ProxyServer, gives_up_the_request_of_a_program_that_has_closed_its_socket) {
  start();
  thread.run([this] { says_nothing = true; });
  for (const auto& request : {kSocks, kHttp}) {
    Client program(address);
    EXPECT_TRUE(program.send(request));
    // Otherwise closing would reset, since there are bytes that it has not read.
    if (request == kSocks) {
      EXPECT_EQ(program.read(2), kSocksGranted.substr(0, 2));
    }
    ASSERT_TRUE(waits(1));
    program.socket().close();
    EXPECT_TRUE(waits(0));
    EXPECT_TRUE(comes_to(0));
  }
}

TEST_F(ProxyServer, answers_a_program_that_has_sent_all_and_half_closed_before_it_was_answered) {
  start();
  for (const auto& [request, granted] : {std::pair(kSocks, kSocksGranted), std::pair(kHttp, kHttpGranted)}) {
    Client program(address);
    EXPECT_TRUE(program.send(request + "early"));
    program.socket().shutdown(net::tcp::socket::shutdown_send);
    EXPECT_EQ(program.read_to_end(), granted + "early");
  }
}

TEST_F(ProxyServer, breaks_off_with_the_far_end_when_a_program_is_reset_behind_its_end) {
  thread.run([this] { echoes = false; });
  start();
  Client program(address);
  EXPECT_TRUE(program.send(kHttp));
  EXPECT_EQ(program.read(kHttpGranted.size()), kHttpGranted);
  program.socket().shutdown(net::tcp::socket::shutdown_send);
  EXPECT_TRUE(comes_to(1));
  reset(program);
  EXPECT_TRUE(comes_to(0));
}

TEST_F(ProxyServer, breaks_off_with_the_far_end_when_a_program_has_closed_and_its_system_has_forgotten_it) {
  thread.run([this] { echoes = false; });
  start({}, {.keep_alive = std::chrono::seconds(1)});
  Client program(address);
  EXPECT_TRUE(program.send(kHttp));
  EXPECT_EQ(program.read(kHttpGranted.size()), kHttpGranted);
  // Linux forgets a closed socket whose peer has not ended after a minute; here after a second.
  const int seconds = 1;
  ASSERT_EQ(
      ::setsockopt(program.socket().native_handle(), IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof seconds), 0);
  program.socket().close();
  EXPECT_TRUE(comes_to(0));
}

}  // namespace
}  // namespace qnet::proxy
