// Requests that the server of HTTP/1.1 refuses, and those that are no requests but upgrades.
#include <gmock/gmock.h>

#include "transport/site/testing/http1_visit.hpp"

namespace qnet::site {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::kGet;
using ::testing::StartsWith;

class Http1Refusing : public testing::Http1Visit {};

TEST_F(Http1Refusing, refuses_with_a_page_and_closes) {
  const auto answer = refusal("garbage\r\n\r\n" + kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/html\r\nContent-Length: " +
                                std::to_string(status_page(400).size()) + "\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n" + status_page(400)));
}

TEST_F(Http1Refusing, refuses_heads_that_are_too_long) {
  limits.header_bytes = 100;
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: " + std::string(200, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

// RFC 9112 §3.2: none or more than one.
TEST_F(Http1Refusing, refuses_requests_whose_host_is_not_clear) {
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nA: b\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

// RFC 9112 §6.1 and §6.3: what follows would be taken for the next request.
TEST_F(Http1Refusing, refuses_requests_whose_length_is_not_clear) {
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
TEST_F(Http1Refusing, knows_a_whole_upgrade_to_a_websocket) {
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

TEST_F(Http1Refusing, answers_an_upgrade_and_lets_the_connection_go_with_what_came_behind) {
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
