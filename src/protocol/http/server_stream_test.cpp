// Replies whose body is a stream: what its client and its source see, and when they end.
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/signal.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "protocol/http/event_stream.hpp"
#include "protocol/http/server.hpp"
#include "protocol/http/testing/client.hpp"

namespace qnet::http {
namespace {

namespace asio = boost::asio;
using asio::ip::make_address;
using testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// What a test gives to a source, and what it learns of it.
struct Feed {
  explicit Feed(asio::io_context& io) : more(io.get_executor()) {}
  net::Signal more;
  std::deque<std::optional<std::string>> chunks;
  bool endless = false;  ///< gives chunk after chunk
  bool waits = false;
  std::size_t given = 0;
  int pulls = 0;
  int living = 0;  ///< coroutines of the source
};

struct Alive {
  explicit Alive(Feed& feed) : of(feed) { ++of.living; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --of.living; }
  Feed& of;
};

net::Task<std::optional<std::string>> next_of(std::shared_ptr<Feed> feed) {
  const Alive alive(*feed);
  ++feed->pulls;
  if (feed->endless) {
    feed->given += 64 * 1024;
    co_return std::string(64 * 1024, 'x');
  }
  while (feed->chunks.empty()) {
    feed->waits = true;
    co_await feed->more.wait();
  }
  feed->waits = false;
  auto chunk = std::move(feed->chunks.front());
  feed->chunks.pop_front();
  if (chunk == "throw") throw std::runtime_error("a source that fails");
  co_return chunk;
}

class HttpStream : public ::testing::Test {
 protected:
  ~HttpStream() override {
    if (!server_) return;
    server_->stop();
    run_until([this] { return server_->open_connections() == 0; });
    EXPECT_EQ(feed_->living, 0);
  }

  void start(const ServerLimits& limits = {}) {
    auto started = Server::start(
        io_, {make_address("127.0.0.1"), 0}, [this](const Request& request) { return answer(request); },
        limits);
    ASSERT_TRUE(started) << started.error().message();
    server_.emplace(std::move(*started));
  }

  net::Task<Reply> answer(const Request& request) {
    if (request.target == "/plain") co_return Reply{200, "text/plain", std::string("plain\n"), {}};
    Reply reply{200, std::string(kEventStreamType), {}, {{"Cache-Control", "no-cache"}, {"X-More", "1"}}};
    reply.stream = [feed = feed_] { return next_of(feed); };
    co_return reply;
  }

  Client& ask(std::string_view line, std::string_view more = "") {
    auto& client = clients_.emplace_back(io_, server_->address(), "127.0.0.1");
    client.send(std::string(line) + "\r\nHost: localhost\r\n" + std::string(more) + "\r\n");
    return client;
  }
  /// A client whose stream has begun and waits for its source.
  Client& ask_and_wait() {
    auto& client = ask("GET /events HTTP/1.1");
    run_until([&] { return client.received().ends_with("\r\n\r\n") && feed_->waits; });
    return client;
  }
  void give(std::optional<std::string> chunk) {
    feed_->chunks.push_back(std::move(chunk));
    feed_->more.notify();
  }
  void run_until(const std::function<bool()>& condition) {
    EXPECT_TRUE(net::testing::comes_true(io_, condition));
  }

  asio::io_context io_{1};
  std::shared_ptr<Feed> feed_ = std::make_shared<Feed>(io_);
  std::optional<Server> server_;
  std::list<Client> clients_;
};

TEST_F(HttpStream, sends_each_chunk_when_it_is_there_and_an_end) {
  start();
  auto& client = ask_and_wait();
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.received(), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(client.received(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(client.received(), Not(HasSubstr("Content-Length")));
  EXPECT_EQ(server_->open_streams(), 1U);
  give("hello, world");
  run_until([&] { return client.received().ends_with("c\r\nhello, world\r\n"); });
  give("");  // would be the end on the wire
  give("!");
  run_until([&] { return client.received().ends_with("\r\n1\r\n!\r\n"); });
  give(std::nullopt);
  run_until([&] { return client.ended(); });
  EXPECT_THAT(client.received(), EndsWith("\r\n1\r\n!\r\n0\r\n\r\n"));
  EXPECT_EQ(server_->open_streams(), 0U);
}

TEST_F(HttpStream, the_handlers_header_fields_replace_the_servers) {
  start();
  const auto& head = ask_and_wait().received();
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nCache-Control: no-cache\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("no-store")));
  EXPECT_THAT(head, HasSubstr("\r\nX-More: 1\r\n"));
}

TEST_F(HttpStream, head_is_answered_without_asking_the_source) {
  start();
  auto& client = ask("HEAD /events HTTP/1.1");
  run_until([&] { return client.received().ends_with("\r\n\r\n"); });
  EXPECT_THAT(client.received(), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  const auto before = client.received().size();
  client.send("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");  // the connection goes on
  run_until([&] { return client.received().ends_with("plain\n"); });
  EXPECT_THAT(client.received().substr(before), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(feed_->pulls, 0);
}

TEST_F(HttpStream, http_1_0_is_sent_no_chunks_but_the_bytes) {
  start();
  feed_->chunks = {"one", "two", std::nullopt};
  auto& client = ask("GET /events HTTP/1.0");
  run_until([&] { return client.ended(); });
  EXPECT_THAT(client.received(), Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(client.received(), EndsWith("\r\n\r\nonetwo"));
}

TEST_F(HttpStream, the_source_is_gone_when_its_client_is) {
  start();
  for (const bool politely : {true, false}) {
    auto& client = ask_and_wait();
    EXPECT_EQ(feed_->living, 1);
    politely ? client.finish() : client.leave();
    run_until([&] { return server_->open_connections() == 0; });
    EXPECT_EQ(feed_->living, 0);
    EXPECT_EQ(server_->open_streams(), 0U);
    feed_->waits = false;
  }
}

TEST_F(HttpStream, stop_ends_a_stream_that_waits) {
  start();
  auto& client = ask_and_wait();
  server_->stop();
  run_until([&] { return client.ended() && server_->open_connections() == 0; });
  EXPECT_EQ(feed_->living, 0);
  EXPECT_THAT(client.received(), Not(EndsWith("0\r\n\r\n")));  // cut off, and the client can tell
}

TEST_F(HttpStream, stop_ends_a_stream_whose_client_does_not_read) {
  start();
  feed_->endless = true;
  auto& client = ask("GET /events HTTP/1.1");
  client.hold_little();
  run_until([&] { return feed_->pulls > 2; });
  server_->stop();
  run_until([&] { return server_->open_connections() == 0; });
}

TEST_F(HttpStream, a_slow_reader_makes_the_source_wait) {
  ServerLimits limits;
  limits.chunk = std::chrono::hours(1);
  start(limits);
  feed_->endless = true;
  auto& client = ask("GET /events HTTP/1.1");
  std::size_t settled = 0;
  run_until([&] { return feed_->given > 0 && std::exchange(settled, feed_->given) == feed_->given; });
  EXPECT_LT(feed_->given, 64U * 1024 * 1024);  // what the system holds for the two sockets, and no more
  const auto before = feed_->given;
  run_until([&] { return client.received().size() > 0 && feed_->given > before; });
}

TEST_F(HttpStream, who_does_not_take_a_chunk_in_time_is_cut_off) {
  ServerLimits limits;
  limits.chunk = std::chrono::milliseconds(50);
  start(limits);
  feed_->endless = true;
  ask("GET /events HTTP/1.1");
  run_until([&] { return feed_->given > 0 && server_->open_connections() == 0; });
}

TEST_F(HttpStream, neither_the_idle_nor_the_requests_limit_ends_a_stream) {
  ServerLimits limits;
  limits.idle = std::chrono::milliseconds(10);
  limits.request = std::chrono::milliseconds(300);
  start(limits);
  auto& client = ask_and_wait();
  // A connection that came later has been closed for its idleness, and a timer as long as a request's is
  // over.
  auto& idle = clients_.emplace_back(io_, server_->address(), "127.0.0.1");
  asio::steady_timer later(io_, limits.request * 2);
  bool over = false;
  later.async_wait([&over](const boost::system::error_code&) { over = true; });
  run_until([&] { return idle.ended() && over; });
  give("still here");
  run_until([&] { return client.received().ends_with("still here\r\n"); });
}

TEST_F(HttpStream, one_stream_too_many_is_refused_and_other_requests_are_not) {
  ServerLimits limits;
  limits.streams = 2;
  start(limits);
  ask_and_wait();
  auto& second = ask("GET /events HTTP/1.1");
  run_until([&] { return server_->open_streams() == 2; });
  auto& third = ask("GET /events HTTP/1.1");
  run_until([&] { return third.received().ends_with("\n"); });
  EXPECT_THAT(third.received(), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(third.received(), HasSubstr("\r\nRetry-After: "));
  auto& plain = ask("GET /plain HTTP/1.1");
  run_until([&] { return plain.received().ends_with("plain\n"); });
  second.leave();
  run_until([&] { return server_->open_streams() == 1; });
  auto& fourth = ask("GET /events HTTP/1.1");
  run_until([&] { return server_->open_streams() == 2; });
  EXPECT_FALSE(fourth.ended());
}

TEST_F(HttpStream, a_stream_keeps_its_connection_when_slots_are_short) {
  ServerLimits limits;
  limits.connections = 1;
  start(limits);
  auto& client = ask_and_wait();
  auto& other = ask("GET /plain HTTP/1.1");
  run_until([&] { return other.ended(); });
  EXPECT_THAT(other.received(), StartsWith("HTTP/1.1 503 "));
  EXPECT_FALSE(client.ended());
}

TEST_F(HttpStream, a_source_that_fails_cuts_the_body_off_and_harms_no_other) {
  start();
  auto& client = ask_and_wait();
  give("throw");
  run_until([&] { return client.ended(); });
  EXPECT_THAT(client.received(), Not(EndsWith("0\r\n\r\n")));
  auto& plain = ask("GET /plain HTTP/1.1");
  run_until([&] { return plain.received().ends_with("plain\n"); });
}

TEST_F(HttpStream, what_a_client_sends_meanwhile_is_thrown_away_until_it_is_too_much) {
  start();
  auto& client = ask_and_wait();
  client.send("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
  give("a");
  run_until([&] { return client.received().ends_with("\r\na\r\n"); });
  EXPECT_THAT(client.received(), Not(HasSubstr("plain")));
  run_until([&] {
    client.send(std::string(1024, 'x'));
    return client.ended();
  });
}

}  // namespace
}  // namespace qnet::http
