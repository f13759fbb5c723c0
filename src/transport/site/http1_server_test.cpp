// The server's side of HTTP/1.1: whole conversations with a visitor in memory.
#include "transport/site/http1_server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>

#include "transport/site/testing/http1_visit.hpp"

namespace qnet::site {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::kGet;
using ::testing::StartsWith;

class Http1Serving : public testing::Http1Visit {};

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

}  // namespace
}  // namespace qnet::site
