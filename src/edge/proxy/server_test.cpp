// Programs that speak with the proxy over loopback, and a far end that the test makes.
#include "edge/proxy/server.hpp"

#include <gmock/gmock.h>

#include "edge/proxy/testing/proxy_server.hpp"

namespace qnet::proxy {
namespace {

using net::testing::Client;
using peer::ConnectStatus;
using std::chrono::milliseconds;
using testing::bytes;
using ::testing::ElementsAre;
using testing::kHttp;
using testing::kHttpGranted;
using testing::kSocks;
using testing::kSocksGranted;
using testing::ProxyServer;
using ::testing::StartsWith;

TEST_F(ProxyServer, joins_programs_of_both_protocols_to_where_they_want) {
  start();
  for (const auto& [request, granted] : {std::pair(kSocks, kSocksGranted), std::pair(kHttp, kHttpGranted)}) {
    Client program(address);
    EXPECT_TRUE(program.send(request));
    EXPECT_EQ(program.read(granted.size()), granted);
    EXPECT_TRUE(program.send("hello"));
    EXPECT_EQ(program.read(5), "hello");
    program.socket().shutdown(net::tcp::socket::shutdown_send);
    EXPECT_EQ(program.read_to_end(), "");
  }
  EXPECT_THAT(destinations(), ElementsAre("example.com:443", "example.com:443"));
  EXPECT_TRUE(comes_to(0));
  EXPECT_EQ(server->traffic().up, 10U);
  EXPECT_EQ(server->traffic().down, 10U);
}

TEST_F(ProxyServer, passes_on_what_a_program_sends_behind_its_request) {
  start();
  for (const auto& [request, granted] : {std::pair(kSocks, kSocksGranted), std::pair(kHttp, kHttpGranted)}) {
    Client program(address);
    EXPECT_TRUE(program.send(request + "early"));
    EXPECT_EQ(program.read(granted.size() + 5), granted + "early");
  }
}

TEST_F(ProxyServer, understands_a_request_that_comes_byte_by_byte) {
  start();
  Client program(address);
  program.socket().set_option(net::tcp::no_delay(true));
  for (const char byte : kHttp) EXPECT_TRUE(program.send({&byte, 1}));
  EXPECT_EQ(program.read(kHttpGranted.size()), kHttpGranted);
}

TEST_F(ProxyServer, says_why_there_is_no_connection_and_closes) {
  start();
  const struct {
    ConnectStatus status;
    std::string_view socks;
    std::string_view http;
  } rows[] = {{ConnectStatus::not_allowed, "02", "HTTP/1.1 403 "},
              {ConnectStatus::refused, "05", "HTTP/1.1 502 "},
              {ConnectStatus::timeout, "06", "HTTP/1.1 504 "}};
  for (const auto& row : rows) {
    thread.run([&] { status = row.status; });
    EXPECT_EQ(answer(kSocks), bytes("050005" + std::string(row.socks) + "0001000000000000"));
    EXPECT_THAT(answer(kHttp), StartsWith(row.http));
  }
  EXPECT_TRUE(comes_to(0));
}

TEST_F(ProxyServer, closes_on_what_it_does_not_speak) {
  start();
  EXPECT_EQ(answer(bytes("04010050c000020100")), bytes("005b000000000000"));  // SOCKS4
  EXPECT_EQ(answer(bytes("160301")), "");                                     // TLS
  EXPECT_EQ(answer(bytes("0501ff")), bytes("05ff"));                          // no method that we have
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 "));
  EXPECT_THAT(destinations(), ElementsAre());
}

TEST_F(ProxyServer, asks_for_credentials) {
  start(Credentials{"alice", "secret"});
  EXPECT_EQ(answer(kSocks), bytes("05ff"));
  EXPECT_THAT(answer(kHttp), StartsWith("HTTP/1.1 407 "));
  EXPECT_THAT(destinations(), ElementsAre());
  // RFC 1929.
  Client program(address);
  EXPECT_TRUE(
      program.send(bytes("050102") + bytes("0105") + "alice" + bytes("06") + "secret" + kSocks.substr(3)));
  EXPECT_EQ(program.read(14), bytes("05020100") + kSocksGranted.substr(2));
}

TEST_F(ProxyServer, forgets_a_program_that_leaves_before_it_has_asked) {
  start();
  for (const auto& begun : {std::string(), bytes("05"), kHttp.substr(0, 20)}) {
    Client program(address);
    EXPECT_TRUE(program.send(begun));
    EXPECT_TRUE(comes_to(1));
    program.socket().close();
    EXPECT_TRUE(comes_to(0));
  }
  EXPECT_THAT(destinations(), ElementsAre());
}

TEST_F(ProxyServer, closes_on_a_program_that_does_not_ask) {
  start({}, {.dialogue = milliseconds(30)});
  for (const auto& begun : {std::string(), kHttp.substr(0, 20)}) EXPECT_EQ(answer(begun), "");
  EXPECT_TRUE(comes_to(0));
}

TEST_F(ProxyServer, gives_as_much_time_as_it_takes_once_a_program_has_asked) {
  // Enough for a busy machine to ask in.
  constexpr auto dialogue = std::chrono::seconds(2);
  start({}, {.dialogue = dialogue});
  Client program(address);
  EXPECT_TRUE(program.send(kHttp));
  EXPECT_EQ(program.read(kHttpGranted.size()), kHttpGranted);
  std::this_thread::sleep_for(dialogue + milliseconds(100));
  EXPECT_TRUE(program.send("still here"));
  EXPECT_EQ(program.read(10), "still here");
}

TEST_F(ProxyServer, takes_no_more_programs_than_its_limit) {
  start({}, {.connections = 2});
  {
    const Client first(address);
    const Client second(address);
    EXPECT_TRUE(comes_to(2));
    EXPECT_EQ(Client(address).read_to_end(), "");
  }
  EXPECT_TRUE(comes_to(0));
  Client again(address);
  EXPECT_TRUE(again.send(kHttp));
  EXPECT_EQ(again.read(kHttpGranted.size()), kHttpGranted);
}

TEST_F(ProxyServer, breaks_off_with_the_program_when_the_far_end_does) {
  start();
  Client program(address);
  EXPECT_TRUE(program.send(kHttp));
  EXPECT_EQ(program.read(kHttpGranted.size()), kHttpGranted);
  thread.run([this] { far.back()->reset(); });
  EXPECT_EQ(program.read_to_end(), "");
  EXPECT_TRUE(comes_to(0));
}

TEST_F(ProxyServer, breaks_off_with_everybody_when_it_stops) {
  start();
  Client asking(address);
  EXPECT_TRUE(asking.send(bytes("05")));
  Client joined(address);
  EXPECT_TRUE(joined.send(kHttp));
  EXPECT_EQ(joined.read(kHttpGranted.size()), kHttpGranted);
  EXPECT_TRUE(comes_to(2));
  thread.run([this] { server->stop(); });
  EXPECT_EQ(asking.read_to_end(), "");
  EXPECT_EQ(joined.read_to_end(), "");
  EXPECT_TRUE(comes_to(0));
}

}  // namespace
}  // namespace qnet::proxy
