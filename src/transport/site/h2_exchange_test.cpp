// One HTTP/2 stream as an Exchange, with a client over a real loopback connection.
#include "transport/site/h2_exchange.hpp"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::site {
namespace {

using net::Task;
using std::chrono::milliseconds;

class H2Visit : public ::testing::Test {
 protected:
  /// Opens a request; `exchange` has it then.
  void visit(Headers headers) {
    auto pair = net::testing::tcp_pair(io);
    server = h2::Connection::start(std::move(pair.far), h2::Role::server, h2::Limits(),
                                   [this](std::unique_ptr<h2::Stream> stream) -> Task<void> {
                                     exchange = std::make_unique<H2Exchange>(std::move(stream), limits);
                                     co_return;
                                   });
    client = h2::Connection::start(std::move(pair.near), h2::Role::client, h2::Limits::browser());
    visitor = client->request(headers).value();
    ASSERT_TRUE(net::testing::comes_true(io, [this] { return exchange != nullptr; }));
  }
  void post() { visit({{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}}); }

  ~H2Visit() override {
    exchange.reset();
    visitor.reset();
    EXPECT_TRUE(net::testing::comes_true(
        io, [this] { return (!client || !client->alive()) && (!server || !server->alive()); }));
  }

  template <class Job>
  void run(Job job) {
    ASSERT_TRUE(net::testing::runs_to_end(io, std::move(job)));
  }

  boost::asio::io_context io{1};
  Limits limits;
  std::shared_ptr<h2::Connection> server;
  std::shared_ptr<h2::Connection> client;
  std::unique_ptr<h2::Stream> visitor;
  std::unique_ptr<H2Exchange> exchange;
};

TEST_F(H2Visit, gives_what_was_asked) {
  visit({{":method", "PUT"},
         {":scheme", "https"},
         {":authority", "www.example.org"},
         {":path", "/a?b"},
         {"accept", "*/*"},
         {"cookie", "a=b"},
         {"cookie", "c=d"}});
  const auto& request = exchange->request();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_EQ(request.authority, "www.example.org");
  EXPECT_EQ(request.headers, (Headers{{"accept", "*/*"}, {"cookie", "a=b"}, {"cookie", "c=d"}}));
}

// RFC 9113 §8.3.1: a client may say the host as HTTP/1.1 does.
TEST_F(H2Visit, takes_the_host_for_the_authority_that_is_missing) {
  visit({{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "www.example.org"}});
  EXPECT_EQ(exchange->request().authority, "www.example.org");
}

// RFC 9113 §8.2.2.
TEST_F(H2Visit, is_told_nothing_that_belongs_to_http1) {
  post();
  run([this]() -> Task<void> {
    const Response response{404,
                            {{"connection", "close"},
                             {"keep-alive", "1"},
                             {"transfer-encoding", "chunked"},
                             {"upgrade", "h2c"},
                             {"proxy-connection", "close"},
                             {"content-type", "text/html"}}};
    EXPECT_TRUE(co_await exchange->respond(response, false));
    EXPECT_TRUE(co_await visitor->wait_headers());
    EXPECT_EQ(visitor->headers(), (Headers{{":status", "404"}, {"content-type", "text/html"}}));
    EXPECT_EQ(co_await net::testing::read_text(*visitor), "(end)");
  });
}

TEST_F(H2Visit, sends_and_gets_bodies_larger_than_every_window) {
  post();
  const std::string large(7'000'000, 'x');
  bool asked = false;
  boost::asio::co_spawn(
      io,
      [&]() -> Task<void> {
        EXPECT_TRUE(co_await net::testing::write_text(*visitor, large));
        visitor->finish();
        asked = true;
      },
      boost::asio::detached);
  run([this, &large]() -> Task<void> {
    std::string body;
    base::Bytes chunk(100'000);
    for (;;) {
      const auto got = co_await exchange->read_body(chunk);
      if (!got || *got == 0) break;
      body += base::text_of(base::ByteView(chunk).first(*got));
    }
    EXPECT_TRUE(body == large);
  });
  EXPECT_TRUE(asked);
  std::string answer;
  boost::asio::co_spawn(
      io, [&]() -> Task<void> { answer = co_await net::testing::read_text(*visitor); },
      boost::asio::detached);
  run([this, &large]() -> Task<void> {
    const Response response{200, {}};
    EXPECT_TRUE(co_await exchange->respond(response, true));
    EXPECT_TRUE(co_await exchange->write_body({}));
    EXPECT_TRUE(co_await exchange->write_body(base::bytes_of(large)));
    EXPECT_TRUE(co_await exchange->finish());
  });
  EXPECT_TRUE(net::testing::comes_true(io, [&] { return !answer.empty(); }));
  EXPECT_TRUE(answer == large + "(end)");
}

TEST_F(H2Visit, is_broken_off_when_its_body_stops) {
  limits.progress = milliseconds(20);
  post();
  run([this]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(*visitor, "abc"));
    base::Bytes chunk(10);
    EXPECT_EQ((co_await exchange->read_body(chunk)).value_or(0), 3U);
    EXPECT_FALSE(co_await exchange->read_body(chunk));
    EXPECT_EQ(co_await net::testing::read_text(*visitor), "(the far end broke the HTTP/2 stream off)");
  });
}

TEST_F(H2Visit, is_broken_off_when_it_takes_no_answer) {
  limits.progress = milliseconds(20);
  post();
  run([this]() -> Task<void> {
    const Response response{200, {}};
    EXPECT_TRUE(co_await exchange->respond(response, true));
    // More than the window of a browser, whose page does not read.
    EXPECT_FALSE(co_await exchange->write_body(base::Bytes(20'000'000, 'x')));
    EXPECT_FALSE(co_await exchange->write_body(base::bytes_of("more")));
  });
}

TEST_F(H2Visit, is_not_broken_off_before_its_whole_body_came) {
  post();
  run([this]() -> Task<void> {
    const Response response{413, {}};
    EXPECT_TRUE(co_await exchange->respond(response, false));
  });
  bool drained = false;
  boost::asio::co_spawn(io, exchange->drain(), [&drained](const std::exception_ptr&) { drained = true; });
  EXPECT_TRUE(
      net::testing::comes_true(io, [this] { return find(visitor->headers(), ":status").has_value(); }));
  run([this]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(*visitor, std::string(300'000, 'x')));
  });
  EXPECT_FALSE(drained);
  visitor->finish();
  EXPECT_TRUE(net::testing::comes_true(io, [&drained] { return drained; }));
}

TEST_F(H2Visit, is_not_awaited_for_long) {
  limits.lingering = milliseconds(20);
  post();
  run([this]() -> Task<void> { co_await exchange->drain(); });
}

TEST_F(H2Visit, is_not_awaited_for_a_long_body) {
  limits.body_bytes = 50'000;
  post();
  run([this]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(*visitor, std::string(100'000, 'x')));
    co_await exchange->drain();
  });
}

TEST_F(H2Visit, is_not_awaited_once_it_is_gone) {
  post();
  visitor.reset();
  run([this]() -> Task<void> { co_await exchange->drain(); });
}

TEST_F(H2Visit, lets_its_stream_go) {
  post();
  auto stream = exchange->release();
  EXPECT_TRUE(stream->respond({{":status", "200"}}, false));
  run([this, &stream]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(*stream, "tunnel"));
    stream->finish();
    EXPECT_EQ(co_await net::testing::read_text(*visitor), "tunnel(end)");
  });
}

}  // namespace
}  // namespace qnet::site
