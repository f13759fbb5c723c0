// Programs that speak with the proxy over loopback, and a far end that the test makes.
#include "edge/proxy/server.hpp"

#include <gmock/gmock.h>
#include <netinet/tcp.h>

#include <atomic>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/signal.hpp"
#include "foundation/net/testing/loopback.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::proxy {
namespace {

using net::Task;
using net::testing::Client;
using peer::ConnectStatus;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::StartsWith;

std::string bytes(std::string_view hex) {
  const auto decoded = base::from_hex(hex).value();
  return std::string(base::text_of(decoded));
}

// RFC 1928: no authentication, CONNECT example.com:443.
const std::string kSocks = bytes(
    "0501000501000"
    "30b6578616d706c652e636f6d01bb");
const std::string kSocksGranted = bytes("050005000001000000000000");
const std::string kHttp = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n";
const std::string kHttpGranted = "HTTP/1.1 200 Connection established\r\n\r\n";

class ProxyServer : public ::testing::Test {
 protected:
  void start(std::optional<Credentials> credentials = {}, const ServerLimits& limits = {}) {
    thread.run([&] {
      net::tcp::acceptor acceptor(thread.io(), {boost::asio::ip::address_v4::loopback(), 0});
      address = acceptor.local_endpoint();
      server = std::make_shared<Server>(
          std::move(acceptor), std::move(credentials),
          [this](Destination destination) -> Task<Connected> {
            asked.push_back(destination.to_text());
            if (says_nothing) co_await wait_for_ever();
            Connected connected;
            connected.status = status;
            if (status == ConnectStatus::ok) {
              auto pair = net::testing::tcp_pair(thread.io());
              connected.stream = std::move(pair.near);
              far.push_back(std::move(pair.far));
              if (echoes)
                boost::asio::co_spawn(
                    thread.io(),
                    [](net::ByteStream& echo) -> Task<void> {
                      std::atomic<std::uint64_t> moved{0};
                      (void)co_await net::pump(echo, echo, moved);
                    }(*far.back()),
                    boost::asio::detached);
            }
            co_return connected;
          },
          limits);
      server->start();
    });
  }
  ~ProxyServer() override {
    // join() hangs if a coroutine were left behind.
    thread.run([this] {
      server->stop();
      for (const auto& stream : far) stream->reset();
    });
    thread.join();
    EXPECT_EQ(server->open(), 0U);
  }
  /// What a program is answered that sends `text`, to the end of the connection.
  std::string answer(std::string_view text) {
    Client program(address);
    EXPECT_TRUE(program.send(text));
    return program.read_to_end();
  }
  bool comes_to(std::size_t open) {
    for (int i = 0; i < 4000; ++i) {
      if (thread.run([this] { return server->open(); }) == open) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
  /// Until it is cancelled.
  Task<void> wait_for_ever() {
    ++waiting;
    const std::unique_ptr<int, void (*)(int*)> counted(&waiting, [](int* count) { --*count; });
    net::Signal never(thread.io().get_executor());
    for (;;) co_await never.wait();
  }
  bool waits(int count) {
    for (int i = 0; i < 4000; ++i) {
      if (thread.run([this] { return waiting; }) == count) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
  std::vector<std::string> destinations() {
    return thread.run([this] { return asked; });
  }

  net::testing::IoThread thread;
  net::tcp::endpoint address;
  std::shared_ptr<Server> server;
  // Of the thread.
  ConnectStatus status = ConnectStatus::ok;
  bool says_nothing = false;  ///< about what it is asked for
  bool echoes = true;
  int waiting = 0;
  std::vector<std::string> asked;
  std::vector<std::unique_ptr<net::TcpStream>> far;
};

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
  start({}, {.dialogue = milliseconds(200)});
  Client program(address);
  EXPECT_TRUE(program.send(kHttp));
  EXPECT_EQ(program.read(kHttpGranted.size()), kHttpGranted);
  std::this_thread::sleep_for(milliseconds(300));
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
