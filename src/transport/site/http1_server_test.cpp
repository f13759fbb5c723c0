// The server's side of HTTP/1.1: whole conversations with a visitor in memory.
#include "transport/site/http1_server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "foundation/net/testing/memory_stream.hpp"
#include "foundation/net/testing/run.hpp"

namespace qnet::site {
namespace {

using std::chrono::milliseconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class Http1Serving : public ::testing::Test {
 protected:
  /// A visitor who sends `text`, and then waits.
  void visit(const std::string& text) {
    auto stream = std::make_unique<net::testing::MemoryStream>(io.get_executor());
    stream->incoming = text;
    visitor = stream.get();
    server = std::make_unique<Http1Server>(std::move(stream), limits);
  }
  std::unique_ptr<Exchange> next() { return net::testing::run(io, server->next()); }

  base::Result<void> respond(Exchange& exchange, const Response& response, bool has_body) {
    return net::testing::run(io, exchange.respond(response, has_body));
  }
  void answer(Exchange& exchange) {
    ASSERT_TRUE(respond(exchange, {200, {{"content-length", "2"}}}, true));
    ASSERT_TRUE(net::testing::run(io, exchange.write_body(base::bytes_of("ok"))));
    ASSERT_TRUE(net::testing::run(io, exchange.finish()));
  }
  std::string body_of(Exchange& exchange) {
    std::string all;
    base::Bytes chunk(100);
    for (;;) {
      const auto got = net::testing::run(io, exchange.read_body(chunk));
      if (!got) return all + "(" + got.error().message() + ")";
      if (*got == 0) return all;
      all += base::text_of(base::ByteView(chunk).first(*got));
    }
  }
  /// All that a visitor is answered who sends `text`.
  std::string refusal(const std::string& text) {
    visit(text);
    EXPECT_FALSE(next()) << text;
    return visitor->written;
  }

  boost::asio::io_context io{1};
  Limits limits;
  net::testing::MemoryStream* visitor = nullptr;
  std::unique_ptr<Http1Server> server;
};

TEST_F(Http1Serving, gives_what_was_asked) {
  visit("PROPFIND /a%20b?c=d HTTP/1.1\r\nHost: www.example.org:8443\r\nX-Odd: 1\r\nx-odd: 2\r\n\r\n");
  const auto exchange = next();
  ASSERT_TRUE(exchange);
  const auto& request = exchange->request();
  EXPECT_EQ(request.method, "PROPFIND");
  EXPECT_EQ(request.target, "/a%20b?c=d");
  EXPECT_EQ(request.authority, "www.example.org:8443");
  EXPECT_EQ(request.headers, (Headers{{"host", "www.example.org:8443"}, {"x-odd", "1"}, {"x-odd", "2"}}));
}

TEST_F(Http1Serving, is_there_for_the_next_request_as_the_visitor_wants) {
  const std::string close = "Connection: close\r\n";
  const std::string keep = "Connection: keep-alive\r\n";
  const struct {
    std::string head;
    bool kept;
  } cases[] = {{"GET / HTTP/1.1\r\nHost: a\r\n", true},
               {"GET / HTTP/1.1\r\nHost: a\r\n" + close, false},
               {"GET / HTTP/1.0\r\n", false},
               {"GET / HTTP/1.0\r\n" + keep, true}};
  for (const auto& [head, kept] : cases) {
    visit(head + "\r\n" + kGet);
    const auto first = next();
    ASSERT_TRUE(first) << head;
    answer(*first);
    EXPECT_EQ(visitor->written, std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: ") +
                                    (kept ? "keep-alive" : "close") + "\r\n\r\nok");
    EXPECT_EQ(next() != nullptr, kept) << head;
  }
}

TEST_F(Http1Serving, sends_a_body_of_unknown_length_in_chunks) {
  visit(kGet + kGet);
  const auto exchange = next();
  ASSERT_TRUE(respond(*exchange, {200, {}}, true));
  EXPECT_TRUE(net::testing::run(io, exchange->write_body(base::bytes_of("0123456789abcdef"))));
  EXPECT_TRUE(net::testing::run(io, exchange->write_body({})));  // an empty chunk would be the end
  EXPECT_TRUE(net::testing::run(io, exchange->write_body(base::bytes_of("x"))));
  EXPECT_TRUE(net::testing::run(io, exchange->finish()));
  EXPECT_EQ(visitor->written,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
            "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n");
  EXPECT_TRUE(next());
}

TEST_F(Http1Serving, ends_the_connection_behind_a_body_of_unknown_length_for_http_1_0) {
  visit("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + kGet);
  const auto exchange = next();
  ASSERT_TRUE(respond(*exchange, {200, {}}, true));
  EXPECT_TRUE(net::testing::run(io, exchange->write_body(base::bytes_of("abc"))));
  EXPECT_TRUE(net::testing::run(io, exchange->finish()));
  EXPECT_EQ(visitor->written, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
  EXPECT_FALSE(next());
}

TEST_F(Http1Serving, needs_no_end_of_a_body_that_is_not_there) {
  visit(kGet + kGet);
  ASSERT_TRUE(respond(*next(), {304, {{"etag", "\"1\""}}}, false));
  EXPECT_EQ(visitor->written, "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(next());
}

TEST_F(Http1Serving, closes_when_a_request_was_left_without_an_answer) {
  visit(kGet + kGet);
  ASSERT_TRUE(next());
  EXPECT_FALSE(next());
  EXPECT_EQ(visitor->written, "");
  EXPECT_TRUE(visitor->finished);
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n";

TEST_F(Http1Serving, gives_a_body_whatever_its_framing) {
  visit(kPost + "\r\nhello" +
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
  const auto first = next();
  EXPECT_EQ(body_of(*first), "hello");
  answer(*first);
  EXPECT_EQ(body_of(*next()), "hi");
}

TEST_F(Http1Serving, asks_once_for_a_body_that_waits_for_leave) {
  visit(kPost + "Expect: 100-continue\r\n\r\nhello" + kGet);
  const auto exchange = next();
  EXPECT_EQ(visitor->written, "");
  EXPECT_EQ(body_of(*exchange), "hello");
  EXPECT_EQ(visitor->written, "HTTP/1.1 100 Continue\r\n\r\n");
  answer(*exchange);
  EXPECT_THAT(visitor->written, HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_TRUE(next());
}

TEST_F(Http1Serving, ends_the_connection_when_it_did_not_ask_for_a_body) {
  visit(kPost + "Expect: 100-continue\r\n\r\n");
  visitor->at_end = true;
  answer(*next());
  EXPECT_THAT(visitor->written, StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n"));
  EXPECT_FALSE(next());
}

TEST_F(Http1Serving, skips_a_body_that_nobody_read) {
  visit(kPost + "\r\nhelloGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  answer(*next());
  const auto exchange = next();
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->request().target, "/next");
}

TEST_F(Http1Serving, ends_rather_than_skip_a_long_body) {
  limits.body_bytes = 4;
  visit(kPost + "\r\nhello" + kGet);
  answer(*next());
  EXPECT_FALSE(next());
}

TEST_F(Http1Serving, ends_when_a_body_to_be_skipped_is_none) {
  visit("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n" + kGet);
  answer(*next());
  EXPECT_FALSE(next());
}

TEST_F(Http1Serving, takes_the_rest_of_a_body_before_it_closes_so_that_the_answer_is_read) {
  visit(kPost + "Connection: close\r\n\r\nhel");
  answer(*next());
  bool ended = false;
  boost::asio::co_spawn(io, server->next(), [&ended](const std::exception_ptr&, const auto& exchange) {
    EXPECT_FALSE(exchange);
    ended = true;
  });
  io.restart();
  io.poll();
  EXPECT_TRUE(visitor->finished);
  EXPECT_FALSE(visitor->was_reset);
  EXPECT_FALSE(ended);
  visitor->incoming = "lo";
  visitor->notify();
  io.poll();
  EXPECT_TRUE(ended);
  EXPECT_EQ(visitor->incoming, "");
}

TEST_F(Http1Serving, does_not_take_the_rest_of_a_body_for_long) {
  limits.lingering = milliseconds(20);
  visit(kPost + "Connection: close\r\n\r\nhel");
  answer(*next());
  EXPECT_FALSE(next());
  EXPECT_TRUE(visitor->was_reset);
}

TEST_F(Http1Serving, closes_without_a_word_on_a_visitor_who_asks_nothing) {
  limits.idle = milliseconds(20);
  visit("");
  EXPECT_FALSE(next());
  EXPECT_TRUE(visitor->finished);
  EXPECT_EQ(visitor->written, "");
}

TEST_F(Http1Serving, closes_without_a_word_on_a_head_that_takes_too_long) {
  limits.header = milliseconds(20);
  visit("GET / HTTP/1.1\r\nHost");
  EXPECT_FALSE(next());
  EXPECT_TRUE(visitor->finished);
  EXPECT_EQ(visitor->written, "");
}

TEST_F(Http1Serving, breaks_off_with_a_visitor_who_stops_inside_of_a_body) {
  limits.progress = milliseconds(20);
  visit(kPost + "\r\nhel");
  EXPECT_THAT(body_of(*next()), StartsWith("hel("));
  EXPECT_TRUE(visitor->was_reset);
  EXPECT_FALSE(visitor->finished);
}

TEST_F(Http1Serving, breaks_off_with_a_visitor_who_takes_no_answer) {
  limits.progress = milliseconds(20);
  visit(kGet);
  const auto exchange = next();
  visitor->takes = 10;
  EXPECT_FALSE(respond(*exchange, {200, {}}, false));
  EXPECT_EQ(visitor->written, "HTTP/1.1 2");
  EXPECT_TRUE(visitor->was_reset);
}

TEST_F(Http1Serving, waits_for_a_visitor_who_takes_an_answer_slowly) {
  visit(kGet);
  const auto exchange = next();
  visitor->takes = 10;
  bool sent = false;
  const Response response{200, {}};
  boost::asio::co_spawn(
      io, exchange->respond(response, false),
      [&sent](const std::exception_ptr&, const auto& result) { sent = result.has_value(); });
  for (int i = 0; i < 100 && !sent; ++i) {
    io.restart();
    io.poll();
    visitor->takes = 7;
    visitor->notify();
  }
  EXPECT_TRUE(sent);
  EXPECT_EQ(visitor->written, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n");
}

TEST_F(Http1Serving, tells_of_a_visitor_who_is_gone) {
  visit(kPost + "Expect: 100-continue\r\n\r\n");
  const auto exchange = next();
  visitor->write_fails = net::Errc::reset;
  EXPECT_TRUE(respond(*exchange, {200, {}}, true).error().is(net::Errc::reset));
  base::Bytes chunk(10);
  EXPECT_TRUE(net::testing::run(io, exchange->read_body(chunk)).error().is(net::Errc::reset));
}

TEST_F(Http1Serving, gives_no_request_at_the_end_or_at_a_failure) {
  visit("");
  visitor->at_end = true;
  EXPECT_FALSE(next());
  visit("GET /");
  visitor->read_fails = net::Errc::reset;
  EXPECT_FALSE(next());
  EXPECT_EQ(visitor->written, "");
}

TEST_F(Http1Serving, refuses_with_a_page_and_closes) {
  const auto answer = refusal("garbage\r\n\r\n" + kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/html\r\nContent-Length: " +
                                std::to_string(status_page(400).size()) + "\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n" + status_page(400)));
}

TEST_F(Http1Serving, refuses_heads_that_are_too_long) {
  limits.header_bytes = 100;
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: " + std::string(200, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

// RFC 9112 §3.2: none or more than one.
TEST_F(Http1Serving, refuses_requests_whose_host_is_not_clear) {
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nA: b\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

// RFC 9112 §6.1 and §6.3: what follows would be taken for the next request.
TEST_F(Http1Serving, refuses_requests_whose_length_is_not_clear) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const std::string coding : {"gzip", "chunked, gzip", "gzip, chunked", "xchunked", "identity"})
    EXPECT_THAT(refusal(post + "Transfer-Encoding: " + coding + "\r\n\r\n" + kGet),
                StartsWith("HTTP/1.1 501 "))
        << coding;
  EXPECT_THAT(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal(post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

// RFC 6455 §1.2, with §4.2.1's conditions.
TEST_F(Http1Serving, knows_a_whole_upgrade_to_a_websocket) {
  const std::string start = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\n";
  const std::string rest = "Origin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\n\r\n";
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const auto key_of = [this](const std::string& text) {
    visit(text);
    EXPECT_TRUE(next());
    return server->websocket_key();
  };
  EXPECT_EQ(key_of(start + upgrade + key + version + rest), "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(key_of(start + upgrade + version + rest), std::nullopt);
  EXPECT_EQ(key_of(start + upgrade + key + rest), std::nullopt);
  EXPECT_EQ(key_of(start + upgrade + key + "Sec-WebSocket-Version: 8\r\n" + rest), std::nullopt);
  EXPECT_EQ(key_of(start + "Upgrade: websocket\r\n" + key + version + rest), std::nullopt);
  EXPECT_EQ(key_of(start + "Connection: Upgrade\r\n" + key + version + rest), std::nullopt);
  EXPECT_EQ(key_of("POST /chat HTTP/1.1\r\nHost: a\r\n" + upgrade + key + version + rest), std::nullopt);
  EXPECT_EQ(key_of("GET /chat HTTP/1.0\r\nHost: a\r\n" + upgrade + key + version + rest), std::nullopt);
}

TEST_F(Http1Serving, answers_an_upgrade_and_lets_the_connection_go_with_what_came_behind) {
  visit(
      "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\nframes");
  ASSERT_TRUE(next());
  ASSERT_TRUE(net::testing::run(io, server->accept_websocket(*server->websocket_key())));
  EXPECT_THAT(visitor->written, StartsWith("HTTP/1.1 101 Switching Protocols\r\nDate: "));
  EXPECT_THAT(visitor->written, EndsWith("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                                         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
  base::Bytes unread;
  const auto lower = server->release(unread);
  EXPECT_EQ(lower.get(), visitor);
  EXPECT_EQ(base::text_of(unread), "frames");
  EXPECT_FALSE(visitor->finished);
}

}  // namespace
}  // namespace qnet::site
