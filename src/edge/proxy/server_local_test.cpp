// Programs that come by a name in the file system.
#include <gtest/gtest.h>

#include <boost/asio/local/stream_protocol.hpp>

#include "edge/proxy/testing/proxy_server.hpp"
#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::proxy {
namespace {

using testing::bytes;
using testing::kHttp;
using testing::kHttpGranted;
using testing::kSocks;
using testing::kSocksGranted;
using testing::ProxyServer;

class NamedProxy : public ProxyServer {
 protected:
  void start_named(const ServerLimits& limits = {}) { start({}, limits, name); }
  net::local::socket connect() {
    net::local::socket program(io);
    program.connect(net::local::endpoint(name.string()));
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(program.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return program;
  }
  static void send(net::local::socket& program, std::string_view text) {
    EXPECT_EQ(boost::asio::write(program, boost::asio::buffer(text)), text.size());
  }
  static std::string read(net::local::socket& program, std::size_t size) {
    std::string text(size, '\0');
    const auto got = ::recv(program.native_handle(), text.data(), size, MSG_WAITALL);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

  boost::asio::io_context io{1};
  base::testing::TemporaryFolder folder;
  std::filesystem::path name = folder.path() / "proxy";
};

TEST_F(NamedProxy, joins_programs_of_both_protocols_to_where_they_want) {
  start_named();
  for (const auto& [request, granted] : {std::pair(kSocks, kSocksGranted), std::pair(kHttp, kHttpGranted)}) {
    auto program = connect();
    send(program, request + "early");
    EXPECT_EQ(read(program, granted.size() + 5), granted + "early");
    program.shutdown(net::local::socket::shutdown_send);
    EXPECT_EQ(read(program, 1), "");
  }
  EXPECT_TRUE(comes_to(0));
}

TEST_F(NamedProxy, takes_back_the_request_of_a_program_that_closes_its_socket) {
  start_named();
  thread.run([this] { says_nothing = true; });
  for (const auto& request : {kSocks, kHttp}) {
    auto program = connect();
    send(program, request);
    if (request == kSocks) {
      EXPECT_EQ(read(program, 2), kSocksGranted.substr(0, 2));
    }
    ASSERT_TRUE(waits(1));
    program.close();
    EXPECT_TRUE(waits(0));
    EXPECT_TRUE(comes_to(0));
  }
}

TEST_F(NamedProxy, answers_a_program_that_has_half_closed_behind_all_that_it_sends) {
  start_named();
  auto program = connect();
  send(program, kHttp + "early");
  program.shutdown(net::local::socket::shutdown_send);
  EXPECT_EQ(read(program, kHttpGranted.size() + 6), kHttpGranted + "early");
}

TEST_F(NamedProxy, notices_a_program_that_goes_while_the_far_end_says_nothing) {
  start_named({.keep_alive = std::chrono::seconds(1)});
  thread.run([this] { echoes = false; });
  auto program = connect();
  send(program, kHttp);
  EXPECT_EQ(read(program, kHttpGranted.size()), kHttpGranted);
  EXPECT_TRUE(comes_to(1));
  program.close();
  EXPECT_TRUE(comes_to(0));
}

TEST_F(NamedProxy, is_gone_with_its_name_when_it_stops) {
  start_named();
  auto program = connect();
  send(program, bytes("05"));
  EXPECT_TRUE(comes_to(1));
  thread.run([this] { server->stop(); });
  EXPECT_EQ(read(program, 1), "");
  EXPECT_TRUE(comes_to(0));
  EXPECT_FALSE(std::filesystem::exists(name));
}

}  // namespace
}  // namespace qnet::proxy
