// A reverse proxy before real web servers in the test's process, which keep to HTTP or do not.
#include "transport/site/upstream_site.hpp"

#include <gmock/gmock.h>

#include "foundation/net/testing/run_job.hpp"
#include "transport/site/testing/recorded_exchange.hpp"
#include "transport/site/testing/scripted_upstream.hpp"

namespace qnet::site {
namespace {

using std::chrono::milliseconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Then = testing::ScriptedUpstream::Then;
using Visited = testing::RecordedExchange;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class UpstreamVisit : public ::testing::Test {
 protected:
  void start(testing::ScriptedUpstream::Script script) {
    upstream = std::make_unique<testing::ScriptedUpstream>(io, std::move(script));
    port = upstream->port();
  }
  void answer(std::string text, Then then = Then::ends) { start({.answer = std::move(text), .then = then}); }
  void serve(Visited& exchange, bool first_proxy = true) {
    const UpstreamSite site("127.0.0.1", port, first_proxy, limits);
    ASSERT_TRUE(net::testing::runs_to_end(io, [&]() -> net::Task<void> { co_await site.serve(exchange); }));
  }
  static Request get(Headers headers = {}) {
    return {"GET", "/a?b=c", "www.example.org", std::move(headers)};
  }
  /// What is answered to a GET.
  std::string seen() {
    Visited exchange(get());
    serve(exchange);
    return seen(exchange);
  }
  static std::string seen(const Visited& exchange) {
    if (!exchange.response) return "nothing";
    return std::to_string(exchange.response->status) + " " + exchange.written +
           (exchange.has_body && !exchange.finished ? "(broken off)" : "");
  }
  [[nodiscard]] static std::string page(unsigned status) {
    return std::to_string(status) + " " + status_page(status);
  }

  boost::asio::io_context io{1};
  Limits limits;
  std::uint16_t port = 0;
  std::unique_ptr<testing::ScriptedUpstream> upstream;
};

TEST_F(UpstreamVisit, passes_a_request_and_its_response_on) {
  answer(
      "HTTP/1.1 404 Not Found\r\nServer: Apache\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: "
      "4\r\n\r\ngone");
  Visited exchange(get({{"user-agent", "curl/7.64.1"}, {"accept", "*/*"}}));
  serve(exchange);
  EXPECT_EQ(upstream->received(),
            "GET /a?b=c HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\nUser-Agent: curl/7.64.1\r\n"
            "Accept: */*\r\nX-Forwarded-Proto: https\r\n\r\n");
  EXPECT_EQ(seen(exchange), "404 gone");
  EXPECT_EQ(
      exchange.response->headers,
      (Headers{{"server", "Apache"}, {"set-cookie", "a=1"}, {"set-cookie", "b=2"}, {"content-length", "4"}}));
}

// RFC 9110 §7.6.1.
TEST_F(UpstreamVisit, keeps_what_is_about_one_connection_to_itself) {
  answer(
      "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n"
      "Trailer: x\r\nX-Kept: 1\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  Visited exchange(get({{"host", "other"},
                        {"connection", "keep-alive"},
                        {"keep-alive", "1"},
                        {"te", "trailers"},
                        {"upgrade", "h2c"},
                        {"proxy-connection", "x"},
                        {"x-kept", "1"}}));
  serve(exchange);
  EXPECT_EQ(upstream->received(),
            "GET /a?b=c HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\nX-Kept: 1\r\n"
            "X-Forwarded-Proto: https\r\n\r\n");
  EXPECT_EQ(seen(exchange), "200 ok");
  EXPECT_EQ(exchange.response->headers, (Headers{{"x-kept", "1"}}));
}

TEST_F(UpstreamVisit, believes_what_only_a_proxy_in_front_can_have_said) {
  const Headers said{
      {"x-forwarded-for", "192.0.2.1"}, {"forwarded", "for=192.0.2.1"}, {"x-forwarded-proto", "http"}};
  answer(kOk);
  Visited exchange(get(said));
  serve(exchange);
  EXPECT_THAT(upstream->received(), Not(HasSubstr("192.0.2.1")));
  EXPECT_THAT(upstream->received(), HasSubstr("X-Forwarded-Proto: https\r\n"));
  Visited behind_another(get(said));
  serve(behind_another, false);
  EXPECT_THAT(upstream->received(), HasSubstr("X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n"));
  EXPECT_THAT(upstream->received(), HasSubstr("X-Forwarded-Proto: http\r\n"));
  EXPECT_THAT(upstream->received(), Not(HasSubstr("https")));
}

// RFC 9113 §8.2.3.
TEST_F(UpstreamVisit, puts_cookies_together_that_http2_has_cut) {
  answer(kOk);
  Visited exchange(get({{"cookie", "a=b"}, {"accept", "*/*"}, {"cookie", "c=d"}}));
  serve(exchange);
  EXPECT_THAT(upstream->received(), HasSubstr("\r\nCookie: a=b; c=d\r\n"));
}

TEST_F(UpstreamVisit, sends_a_body_of_known_length_as_it_is) {
  start({.until = "hello", .answer = kOk});
  Visited exchange({"POST", "/", "a", {{"content-length", "5"}, {"expect", "100-continue"}}});
  exchange.body = "hello";
  serve(exchange);
  EXPECT_EQ(seen(exchange), "200 ok");
  EXPECT_EQ(upstream->received(),
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\nX-Forwarded-Proto: "
            "https\r\n\r\nhello");
}

TEST_F(UpstreamVisit, sends_a_body_of_unknown_length_in_chunks) {
  start({.until = "0\r\n\r\n", .answer = kOk});
  Visited exchange({"POST", "/", "a", {}});
  exchange.body = std::string(100'000, 'x');
  serve(exchange);
  EXPECT_EQ(seen(exchange), "200 ok");
  EXPECT_THAT(upstream->received(), HasSubstr("\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\nxxx"));
  EXPECT_THAT(upstream->received(), EndsWith("xxx\r\n86a0\r\n" + std::string(0x86a0, 'x') + "\r\n0\r\n\r\n"));
}

TEST_F(UpstreamVisit, sends_a_body_of_any_method_that_says_so) {
  start({.until = "hello", .answer = kOk});
  Visited exchange(get({{"content-length", "5"}}));
  exchange.body = "hello";
  serve(exchange);
  EXPECT_EQ(seen(exchange), "200 ok");
}

TEST_F(UpstreamVisit, gets_bodies_whatever_their_framing) {
  answer("HTTP/1.1 200 OK\r\n\r\nuntil the end");
  EXPECT_EQ(seen(), "200 until the end");
  answer("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello, and what is behind it", Then::hangs);
  EXPECT_EQ(seen(), "200 hello");
  answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\nTrailer: x\r\n\r\n",
      Then::hangs);
  EXPECT_EQ(seen(), "200 abcdef");
}

TEST_F(UpstreamVisit, gets_responses_that_have_no_body) {
  for (const auto* const text :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    answer(text, Then::hangs);
    Visited exchange(get());
    serve(exchange);
    EXPECT_TRUE(exchange.response) << text;
    EXPECT_FALSE(exchange.has_body) << text;
  }
  answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Then::hangs);
  Visited head({"HEAD", "/", "a", {}});
  serve(head);
  EXPECT_EQ(head.field("content-length"), "5");
  EXPECT_FALSE(head.has_body);
}

TEST_F(UpstreamVisit, waits_for_the_response_behind_interim_ones) {
  answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + kOk);
  EXPECT_EQ(seen(), "200 ok");
}

TEST_F(UpstreamVisit, gets_502_when_there_is_no_response) {
  for (const auto* const text :
       {"", "HTTP/1.1 200", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    answer(text);
    EXPECT_EQ(seen(), page(502)) << text;
  }
  answer("", Then::resets);
  EXPECT_EQ(seen(), page(502));
  answer("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(seen(), page(502));
}

TEST_F(UpstreamVisit, gets_502_when_nobody_listens) {
  answer(kOk);
  upstream.reset();
  EXPECT_EQ(seen(), page(502));
}

TEST_F(UpstreamVisit, gets_502_when_the_server_says_nothing_for_too_long) {
  limits.upstream = milliseconds(50);
  for (const auto* const text : {"", "HTTP/1.1 200 OK\r\n"}) {
    answer(text, Then::hangs);
    EXPECT_EQ(seen(), page(502));
    EXPECT_TRUE(net::testing::comes_true(io, [&] { return upstream->broken_off(); }));
  }
}

TEST_F(UpstreamVisit, sees_a_body_break_off_as_the_server_broke_it_off) {
  answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_EQ(seen(), "200 abc(broken off)");
  answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_EQ(seen(), "200 abc(broken off)");
  limits.upstream = milliseconds(50);
  answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", Then::hangs);
  EXPECT_EQ(seen(), "200 abc(broken off)");
}

TEST_F(UpstreamVisit, sees_a_body_break_off_at_a_reset) {
  answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Then::hangs);
  Visited exchange(get());
  exchange.on_response = [this] { upstream->reset(); };
  serve(exchange);
  EXPECT_EQ(seen(exchange), "200 (broken off)");
}

TEST_F(UpstreamVisit, is_answered_although_the_server_reads_no_further) {
  start({.answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno", .then = Then::reads_no_more});
  Visited exchange({"POST", "/", "a", {}});
  exchange.body = std::string(20'000'000, 'x');
  serve(exchange);
  EXPECT_EQ(seen(exchange), "413 no");
  EXPECT_EQ(exchange.body, "");  // so that the visitor reads the answer
}

TEST_F(UpstreamVisit, breaks_off_with_the_server_when_the_visitor_does) {
  start({.until = "never", .answer = kOk});
  Visited exchange({"POST", "/", "a", {{"content-length", "100"}}});
  exchange.body = "some of it";
  exchange.breaks_off = true;
  serve(exchange);
  EXPECT_THAT(upstream->received(), StartsWith("POST / "));
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return upstream->broken_off(); }));
}

TEST_F(UpstreamVisit, lets_the_server_go_when_the_visitor_is_gone) {
  for (const bool gets_a_head : {false, true}) {
    answer("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n" + std::string(1'000'000, 'x'), Then::hangs);
    Visited exchange(get());
    exchange.takes_nothing = !gets_a_head;
    exchange.takes_only_a_head = gets_a_head;
    serve(exchange);
    EXPECT_FALSE(exchange.finished);
    EXPECT_TRUE(net::testing::comes_true(io, [this] { return upstream->left(); }));
  }
}

TEST_F(UpstreamVisit, gets_503_when_too_many_others_are_there) {
  limits.upstream_connections = 2;
  answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", Then::hangs);
  const UpstreamSite site("127.0.0.1", port, true, limits);
  std::vector<std::unique_ptr<Visited>> visits;
  std::size_t ended = 0;
  const auto begin_visit = [&] {
    visits.push_back(std::make_unique<Visited>(get()));
    boost::asio::co_spawn(io, site.serve(*visits.back()), [&ended](const std::exception_ptr&) { ++ended; });
  };
  for (int i = 0; i < 3; ++i) begin_visit();
  ASSERT_TRUE(net::testing::comes_true(io, [&] { return visits[0]->response && ended == 1; }));
  EXPECT_EQ(seen(*visits[2]), page(503));
  // Who leaves makes room for another.
  upstream->reset();
  ASSERT_TRUE(net::testing::comes_true(io, [&] { return visits[1]->response && ended == 2; }));
  begin_visit();
  upstream->reset();
  ASSERT_TRUE(net::testing::comes_true(io, [&] { return visits[3]->response && ended == 3; }));
  EXPECT_EQ(visits[3]->response->status, 200U);
  upstream->reset();
  ASSERT_TRUE(net::testing::comes_true(io, [&] { return ended == 4; }));
}

}  // namespace
}  // namespace qnet::site
