// Who gets a connection when many want one. What a client sees of the rest: control/server_test.cpp.
#include "protocol/http/server.hpp"

#include <functional>
#include <list>
#include <optional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/testing/comes_true.hpp"
#include "protocol/http/testing/client.hpp"

namespace qnet::http {
namespace {

namespace asio = boost::asio;
using asio::ip::make_address;
using net::tcp;
using testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServer : public ::testing::Test {
 protected:
  ~HttpServer() override {
    if (!server_) return;
    hold_.expires_at(asio::steady_timer::time_point::min());
    server_->stop();
    run_until([this] { return server_->open_connections() == 0; });
  }

  void start(std::size_t connections, std::size_t per_client_prefix, const char* at = "127.0.0.1") {
    ServerLimits limits;
    limits.connections = connections;
    limits.per_client_prefix = per_client_prefix;
    auto started = Server::start(
        io_, {make_address(at), 0}, [this](const Request& request) { return answer(request); }, limits);
    ASSERT_TRUE(started) << started.error().message();
    server_.emplace(std::move(*started));
  }

  /// "/hold" is answered when hold_ ends.
  net::Task<Reply> answer(const Request& request) {
    const Reply reply{200, "text/plain", request.from.address().to_string() + "\n", {}};
    if (request.target == "/throw") throw std::runtime_error("a handler that fails");
    if (request.target == "/hold") {
      ++held_;
      (void)co_await hold_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return reply;
  }

  Client& connect(const char* from = "127.0.0.1") {
    return clients_.emplace_back(io_, server_->address(), from);
  }
  void get(Client& client, const char* path = "/") {
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  /// A connection whose request was answered, and that idles now.
  Client& connect_and_ask(const char* from = "127.0.0.1") {
    auto& client = connect(from);
    get(client);
    run_until([&] { return client.received().ends_with("\n"); });
    return client;
  }

  /// What was sent is on this machine already: the server takes all of it.
  void settle() {
    for (int turn = 0; turn < 20; ++turn) {
      io_.restart();
      io_.poll();
    }
  }
  void run_until(const std::function<bool()>& condition) {
    EXPECT_TRUE(net::testing::comes_true(io_, condition));
  }

  asio::io_context io_{1};
  asio::steady_timer hold_{io_, asio::steady_timer::time_point::max()};
  int held_ = 0;
  std::optional<Server> server_;
  std::list<Client> clients_;
};

TEST_F(HttpServer, turns_away_whose_client_prefix_has_its_share_and_takes_others) {
  start(10, 2);
  auto& first = connect_and_ask("127.0.0.1");
  connect_and_ask("127.0.0.1");
  auto& third = connect("127.0.0.1");
  run_until([&] { return third.ended(); });
  EXPECT_THAT(third.received(), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(third.received(), HasSubstr("\r\nRetry-After: "));
  EXPECT_THAT(connect_and_ask("127.0.0.2").received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_FALSE(first.ended());
}

TEST_F(HttpServer, closes_the_one_that_has_been_idle_for_longest_when_all_slots_are_taken) {
  start(3, 3);
  auto& first = connect_and_ask("127.0.0.1");
  auto& second = connect_and_ask("127.0.0.2");
  connect_and_ask("127.0.0.3");
  const auto before = first.received().size();
  get(first);  // so it has not been idle for long
  run_until([&] { return first.received().size() > before; });
  EXPECT_THAT(connect_and_ask("127.0.0.4").received(), StartsWith("HTTP/1.1 200 "));
  run_until([&] { return second.ended(); });
  EXPECT_FALSE(first.ended());
  EXPECT_EQ(server_->open_connections(), 3U);
}

TEST_F(HttpServer, never_closes_one_in_the_middle_of_a_request) {
  start(3, 3);
  auto& asked = connect("127.0.0.1");
  get(asked, "/hold");
  auto& halfway = connect("127.0.0.2");
  halfway.send("GET / HT");
  auto& also_halfway = connect("127.0.0.3");
  also_halfway.send("G");
  run_until([&] { return held_ == 1 && server_->open_connections() == 3; });
  settle();
  auto& fourth = connect("127.0.0.4");
  run_until([&] { return fourth.ended(); });
  EXPECT_THAT(fourth.received(), StartsWith("HTTP/1.1 503 "));

  hold_.expires_at(asio::steady_timer::time_point::min());
  halfway.send("TP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return asked.received().ends_with("\n") && halfway.received().ends_with("\n"); });
  EXPECT_THAT(asked.received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(halfway.received(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, a_request_that_goes_wrong_is_answered_and_harms_no_other) {
  start(4, 4);
  auto& client = connect();
  get(client, "/throw");
  run_until([&] { return client.received().ends_with("\n"); });
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(client.received(), HasSubstr(R"({"error":"Something went wrong here.","hint":"Try again)"));
  EXPECT_THAT(client.received(), Not(HasSubstr("a handler that fails")));
  const auto before = client.received().size();
  get(client);
  run_until([&] { return client.received().size() > before; });
  EXPECT_THAT(client.received().substr(before), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, silent_connections_do_not_keep_others_out) {
  start(4, 4);
  for (const auto* const from : {"127.0.0.1", "127.0.0.2"})
    for (int i = 0; i < 10; ++i) connect(from);
  EXPECT_THAT(connect_and_ask("127.0.0.3").received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_LE(server_->open_connections(), 4U);
}

TEST_F(HttpServer, an_ipv4_client_of_a_socket_for_both_families_is_one) {
  asio::io_context probe;
  if (!net::listen(probe, {make_address("::"), 0})) GTEST_SKIP() << "this machine has no IPv6";
  start(4, 4, "::");
  const tcp::endpoint to{make_address("127.0.0.1"), server_->address().port()};
  auto& client = clients_.emplace_back(io_, to, "127.0.0.1");
  get(client);
  run_until([&] { return client.received().ends_with("\n"); });
  EXPECT_THAT(client.received(), EndsWith("\r\n\r\n127.0.0.1\n"));
}

}  // namespace
}  // namespace qnet::http
