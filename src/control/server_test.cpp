#include "control/server.hpp"

#include <optional>

#include <gmock/gmock.h>

#include "control/testing/sample_status.hpp"
#include "foundation/net/testing/loopback.hpp"

namespace qnet::control {
namespace {

using boost::asio::ip::make_address;
using tcp = boost::asio::ip::tcp;
using net::testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const tcp::endpoint kAnyPort{make_address("127.0.0.1"), 0};

class ControlServer : public ::testing::Test {
 protected:
  void start(const ServerLimits& limits = {}) {
    auto started = thread_.run(
        [&] { return Server::start(thread_.io(), kAnyPort, testing::client_status, {}, limits); });
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::move(*started);
  }

  // The thread ends only when the server left nothing behind.
  void TearDown() override {
    if (server_) stop();
    thread_.join();
    if (server_) {
      EXPECT_EQ(server_->open_connections(), 0U);
    }
  }

  void stop() {
    thread_.run([&] { server_->stop(); });
  }

  [[nodiscard]] Client connect() const { return Client(server_->address()); }

  [[nodiscard]] std::string exchange(std::string_view request) const {
    auto client = connect();
    client.send(request);
    return client.read_to_end();
  }

  net::testing::IoThread thread_;
  std::optional<Server> server_;
};

std::string request(std::string_view line, std::string_view host = "localhost",
                    std::string_view more = "Connection: close\r\n") {
  return std::string(line) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + std::string(more) + "\r\n";
}

TEST_F(ControlServer, answers_every_route) {
  start();
  for (const auto* path : {"/", "/status", "/status.txt", "/ready", "/metrics"}) {
    const auto answer = exchange(request(std::string("GET ") + path));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << path;
    EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Access-Control")));
  }
  EXPECT_THAT(exchange(request("GET /ready")), EndsWith("\r\n\r\nready\n"));
}

TEST_F(ControlServer, answers_head_without_a_body) {
  start();
  const auto answer = exchange(request("HEAD /ready"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 6\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ControlServer, refuses_unknown_paths_and_methods) {
  start();
  EXPECT_THAT(exchange(request("GET /secret")), StartsWith("HTTP/1.1 404 "));
  const auto answer =
      exchange(request("POST /status", "localhost", "Connection: close\r\nContent-Length: 3\r\n") + "abc");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST_F(ControlServer, refuses_a_foreign_host_no_host_and_two_hosts) {
  start();
  EXPECT_THAT(exchange(request("GET /status", "evil.example")), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(exchange("GET /status HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 403 "));
  EXPECT_THAT(exchange(request("GET /status", "localhost", "Host: evil.example\r\nConnection: close\r\n")),
              StartsWith("HTTP/1.1 403 "));
}

TEST_F(ControlServer, answers_garbage_with_400) {
  start();
  const auto answer = exchange("\x16\x03\x01 this is no HTTP\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("\"hint\""));
}

TEST_F(ControlServer, answers_a_header_over_8_kib_with_431) {
  start();
  EXPECT_THAT(exchange(request("GET /status", "localhost", "X: " + std::string(9000, 'x') + "\r\n")),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("GET /" + std::string(100'000, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ControlServer, takes_a_header_just_under_the_limit) {
  start();
  const auto longest =
      request("GET /ready", "localhost", "Connection: close\r\nX: " + std::string(8000, 'x') + "\r\n");
  EXPECT_THAT(exchange(longest), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ControlServer, serves_several_requests_on_one_connection) {
  start();
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(request("GET /ready", "localhost", ""));
    EXPECT_THAT(client.read_to("ready\n"), StartsWith("HTTP/1.1 200 "));
  }
  client.send(request("GET /ready", "localhost", "") + request("GET /nothing"));
  const auto both = client.read_to_end();
  EXPECT_THAT(both, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(both, HasSubstr("ready\nHTTP/1.1 404 "));
}

TEST_F(ControlServer, ends_a_connection_after_a_request_with_a_body) {
  start();
  const auto smuggled = request("GET /ready", "localhost", "");
  const auto answer = exchange(
      request("GET /ready", "localhost", "Content-Length: " + std::to_string(smuggled.size()) + "\r\n") +
      smuggled);
  EXPECT_EQ(answer.find("HTTP/1.1"), answer.rfind("HTTP/1.1"));
}

TEST_F(ControlServer, closes_on_one_who_sends_too_slowly) {
  start({.request = std::chrono::milliseconds(200)});
  auto client = connect();
  // A byte now and then does not prolong the deadline: the sending fails sooner or later.
  for (int i = 0; i < 1000 && client.send("G"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_FALSE(client.send("G"));
}

TEST_F(ControlServer, closes_a_connection_that_idles) {
  start({.idle = std::chrono::seconds(2)});  // the first request has no longer either
  auto client = connect();
  client.send(request("GET /ready", "localhost", ""));
  EXPECT_THAT(client.read_to_end(), EndsWith("ready\n"));
}

TEST_F(ControlServer, turns_the_33rd_connection_away_and_takes_one_when_another_leaves) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(std::make_unique<Client>(server_->address()));
    clients.back()->send(request("GET /ready", "localhost", ""));
    EXPECT_THAT(clients.back()->read_to("ready\n"), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_THAT(exchange(""), StartsWith("HTTP/1.1 503 "));

  clients.front()->send(request("GET /ready"));
  EXPECT_THAT(clients.front()->read_to_end(), EndsWith("ready\n"));
  clients.erase(clients.begin());
  while (thread_.run([&] { return server_->open_connections(); }) == 32) std::this_thread::yield();
  EXPECT_THAT(exchange(request("GET /ready")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ControlServer, stops_with_connections_in_every_state) {
  start();
  auto fresh = connect();
  auto halfway = connect();
  halfway.send("GET /status HT");
  auto idle = connect();
  idle.send(request("GET /ready", "localhost", ""));
  idle.read_to("ready\n");
  stop();
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(halfway.read_to_end(), "");
  EXPECT_EQ(idle.read_to_end(), "");
  thread_.join();
  boost::system::error_code refused;
  tcp::socket(fresh.socket().get_executor()).connect(server_->address(), refused);
  EXPECT_TRUE(refused);
}

TEST_F(ControlServer, is_destroyed_with_its_io_context_without_being_stopped) {
  boost::asio::io_context io;
  auto server = Server::start(io, kAnyPort, testing::client_status);
  ASSERT_TRUE(server);
  Client client(server->address());
  client.send("GET /sta");
  io.run_for(std::chrono::milliseconds(50));
}

TEST_F(ControlServer, names_a_taken_port_and_who_holds_it) {
  start();
  const auto second =
      thread_.run([&] { return Server::start(thread_.io(), server_->address(), testing::client_status); });
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(Errc::port_taken));
  EXPECT_THAT(second.error().message(), HasSubstr(":" + std::to_string(server_->address().port())));
  EXPECT_THAT(second.error().message(), HasSubstr("control_io_test (pid "));
}

TEST_F(ControlServer, listens_on_loopback_only) {
  const auto started = thread_.run(
      [&] { return Server::start(thread_.io(), {make_address("0.0.0.0"), 0}, testing::client_status); });
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().is(Errc::not_loopback));
}

}  // namespace
}  // namespace qnet::control
