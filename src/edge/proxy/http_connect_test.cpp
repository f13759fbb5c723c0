#include "edge/proxy/http_connect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/proxy/testing/transcript.hpp"

namespace qnet::proxy {
namespace {

using peer::ConnectStatus;
using State = Dialogue::State;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::optional<Credentials> kOpen;
const std::optional<Credentials> kClosed = Credentials{"Aladdin", "open sesame"};

/// What the conversation comes to, which must not depend on how the bytes arrive.
testing::Transcript talk(std::string_view text, const std::optional<Credentials>& credentials = kOpen) {
  const auto input = base::bytes_of(text);
  const auto whole = testing::converse<HttpConnect>(input, input.size(), credentials);
  for (const std::size_t piece : {1U, 3U, 1000U})
    EXPECT_EQ(testing::converse<HttpConnect>(input, piece, credentials), whole) << text;
  return whole;
}

void expect_refused(std::string_view text, std::string_view status,
                    const std::optional<Credentials>& credentials = kOpen) {
  const auto result = talk(text, credentials);
  EXPECT_EQ(result.state, State::refused) << text;
  EXPECT_THAT(std::string(base::text_of(result.sent)), StartsWith("HTTP/1.1 " + std::string(status) + "\r\n"))
      << text;
}

void expect_request(std::string_view text, const Destination& destination,
                    const std::optional<Credentials>& credentials = kOpen) {
  const auto result = talk(text, credentials);
  EXPECT_EQ(result.state, State::requested) << text << base::text_of(result.sent);
  EXPECT_EQ(result.destination, destination) << text;
  EXPECT_EQ(result.sent, base::Bytes{});
}

std::string connect_to(std::string_view target, std::string_view headers = "") {
  return "CONNECT " + std::string(target) + " HTTP/1.1\r\n" + std::string(headers) + "\r\n";
}

TEST(HttpConnect, takes_the_example_of_rfc_9110) {
  expect_request("CONNECT server.example.com:80 HTTP/1.1\r\nHost: server.example.com\r\n\r\n",
                 {"server.example.com", 80});
}

TEST(HttpConnect, takes_what_curl_and_chromium_send) {
  expect_request(
      "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nUser-Agent: curl/7.88.1\r\n"
      "Proxy-Connection: Keep-Alive\r\n\r\n",
      {"example.com", 443});
  expect_request(
      "CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\nProxy-Connection: keep-alive\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/131.0.0.0\r\n\r\n",
      {"www.example.com", 443});
}

TEST(HttpConnect, takes_http_1_0_and_a_request_without_headers) {
  expect_request("CONNECT example.com:443 HTTP/1.0\r\n\r\n", {"example.com", 443});
}

TEST(HttpConnect, takes_addresses_and_odd_names) {
  expect_request(connect_to("192.0.2.1:80"), {"192.0.2.1", 80});
  expect_request(connect_to("[2001:DB8:0:0::1]:443"), {"2001:db8::1", 443});
  expect_request(connect_to("[::ffff:127.0.0.1]:443"), {"::ffff:127.0.0.1", 443});
  expect_request(connect_to("_x.example.:65535"), {"_x.example.", 65535});
  expect_request(connect_to("0x7f.1:1"), {"0x7f.1", 1});
  expect_request(connect_to("ex%61mple.com:1"), {"ex%61mple.com", 1});
}

TEST(HttpConnect, refuses_targets_that_are_no_host_and_port) {
  for (const char* const target : {"example.com",
                                   "example.com:",
                                   ":443",
                                   "example.com:0",
                                   "example.com:65536",
                                   "example.com:99999999999999999999",
                                   "example.com:-1",
                                   "example.com:4x",
                                   "2001:db8::1:443",
                                   "[2001:db8::1]",
                                   "[::1:443",
                                   "[]:443",
                                   "[v1.x]:443",
                                   "[fe80::1%25eth0]:443",
                                   "user@example.com:443",
                                   "user:secret@example.com:443",
                                   "https://example.com:443",
                                   "example.com:443/",
                                   "/",
                                   "*",
                                   "exa mple.com:443",
                                   "exam\tple.com:443",
                                   "b\303\274cher.example:443"})
    expect_refused(connect_to(target), "400 Bad Request");
  expect_refused(connect_to(std::string(256, 'a') + ":443"), "400 Bad Request");
  expect_request(connect_to(std::string(255, 'a') + ":443"), {std::string(255, 'a'), 443});
}

TEST(HttpConnect, keeps_what_was_sent_behind_the_request) {
  const auto result = talk(connect_to("example.com:443") + std::string("\x16\x03\x01", 3) + "hello\r\n\r\n");
  EXPECT_EQ(result.state, State::requested);
  EXPECT_EQ(base::text_of(result.rest), std::string("\x16\x03\x01", 3) + "hello\r\n\r\n");
}

TEST(HttpConnect, takes_no_body_whatever_the_head_announces) {
  for (const char* const header : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const auto result = talk(connect_to("example.com:443", header) + "12345");
    EXPECT_EQ(result.state, State::requested);
    EXPECT_EQ(base::text_of(result.rest), "12345");
  }
}

TEST(HttpConnect, tells_other_methods_what_to_use) {
  for (const char* const line : {"GET http://example.com/", "GET /", "POST http://example.com/", "OPTIONS *",
                                 "HEAD /", "Connect example.com:443", "BREW pot"}) {
    const auto text = std::string(line) + " HTTP/1.1\r\nHost: example.com\r\n\r\n";
    expect_refused(text, "405 Method Not Allowed");
    const auto answer = std::string(base::text_of(talk(text).sent));
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: CONNECT\r\n"));
    EXPECT_THAT(answer, HasSubstr("CONNECT only"));
    EXPECT_THAT(answer, HasSubstr("SOCKS5"));
  }
}

TEST(HttpConnect, refuses_what_is_not_http_1) {
  for (const char* const head :
       {"CONNECT\r\n\r\n", "CONNECT example.com:443\r\n\r\n", "CONNECT example.com:443 HTTP/2.0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT example.com:443 HTTP/1.1\r\nno colon\r\n\r\n",
        "CONNECT example.com:443 HTTP/1.1\r\n: no name\r\n\r\n", "CONNECT example.com:443 HTTP/1.1 \r\n\r\n",
        "CONNECT  example.com:443 HTTP/1.1\r\n\r\n", "CONNECT example.com:443 HTTP/1.1\r\nA: \x01\r\n\r\n",
        "EHLO mail.example.com\r\n\r\n", "\r\n\r\n"})
    expect_refused(head, "400 Bad Request");
}

TEST(HttpConnect, takes_a_head_of_16_kib_and_no_byte_more) {
  const auto with_size = [](std::size_t size) {
    const auto overhead = connect_to("example.com:443", "X: \r\n").size();
    return connect_to("example.com:443", "X: " + std::string(size - overhead, 'x') + "\r\n");
  };
  ASSERT_EQ(with_size(HttpConnectLimits::head).size(), 16384U);
  expect_request(with_size(HttpConnectLimits::head), {"example.com", 443});
  expect_refused(with_size(HttpConnectLimits::head + 1), "431 Request Header Fields Too Large");
  expect_refused("A" + std::string(100'000, 'A'), "431 Request Header Fields Too Large");
}

TEST(HttpConnect, waits_for_the_end_of_the_head) {
  const auto text = connect_to("example.com:443", "Host: example.com\r\n");
  for (std::size_t size = 0; size < text.size(); ++size) {
    HttpConnect http(kOpen);
    http.feed(base::bytes_of(text).first(size));
    EXPECT_EQ(http.state(), State::reading);
    EXPECT_EQ(http.take_output(), base::Bytes{});
  }
}

TEST(HttpConnect, demands_the_password_when_there_is_one) {
  // The example of RFC 7617 §2.
  constexpr std::string_view right = "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
  expect_request(connect_to("example.com:443", right), {"example.com", 443}, kClosed);
  expect_request(
      connect_to("example.com:443", "proxy-authorization: bASIC   QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"),
      {"example.com", 443}, kClosed);
  for (const char* const header :
       {"", "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZg==\r\n", "Proxy-Authorization: Basic\r\n",
        "Proxy-Authorization: Basic \r\n", "Proxy-Authorization: Basic QWxhZGRpbg==\r\n",
        "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ\r\n", "Proxy-Authorization: Basic !\r\n",
        "Proxy-Authorization: Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n",
        "Proxy-Authorization: QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"}) {
    expect_refused(connect_to("example.com:443", header), "407 Proxy Authentication Required", kClosed);
    EXPECT_THAT(std::string(base::text_of(talk(connect_to("example.com:443", header), kClosed).sent)),
                HasSubstr("\r\nProxy-Authenticate: Basic realm=\"QNet\"\r\n"));
  }
}

TEST(HttpConnect, reads_a_password_with_colons_and_every_digit_of_base64) {
  // "u:>>>???:~" has + and / among its digits.
  expect_request(connect_to("a:1", "Proxy-Authorization: Basic dTo+Pj4/Pz86fg==\r\n"), {"a", 1},
                 Credentials{"u", ">>>\?\?\?:~"});
  expect_refused(connect_to("a:1", "Proxy-Authorization: Basic dTo-Pj4_Pz86fg==\r\n"),
                 "407 Proxy Authentication Required", Credentials{"u", ">>>\?\?\?:~"});
}

TEST(HttpConnect, takes_any_password_where_none_is_wanted) {
  for (const char* const header :
       {"Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n", "Proxy-Authorization: Bearer x\r\n"})
    expect_request(connect_to("example.com:443", header), {"example.com", 443});
}

TEST(HttpConnect, refuses_a_user_name_that_cannot_be_read_as_it_may_hold_a_wish) {
  expect_refused(connect_to("example.com:443", "Proxy-Authorization: Basic x\r\n"), "400 Bad Request");
}

TEST(HttpConnect, judges_the_method_before_the_password) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", "405 Method Not Allowed", kClosed);
}

TEST(HttpConnect, opens_the_tunnel_with_exactly_these_bytes) {
  HttpConnect http(kOpen);
  http.feed(base::bytes_of(connect_to("example.com:443")));
  // A 2xx answer to CONNECT has no body and must not announce one (RFC 9110 §9.3.6).
  EXPECT_EQ(base::text_of(http.reply(ConnectStatus::ok)), "HTTP/1.1 200 Connection established\r\n\r\n");
}

TEST(HttpConnect, tells_each_cause_to_programs_and_people) {
  HttpConnect http(kOpen);
  http.feed(base::bytes_of(connect_to("example.com:443")));
  const auto reply = [&](ConnectStatus status) { return std::string(base::text_of(http.reply(status))); };
  EXPECT_EQ(reply(ConnectStatus::not_allowed),
            "HTTP/1.1 403 Forbidden\r\nProxy-Status: qnet; error=http_request_denied\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 47\r\nConnection: close\r\n\r\n"
            "The exit does not connect to this destination.\n");
  const auto expect = [&](ConnectStatus status, std::string_view line, std::string_view error) {
    EXPECT_THAT(reply(status), StartsWith("HTTP/1.1 " + std::string(line) +
                                          "\r\nProxy-Status: qnet; error=" + std::string(error) + "\r\n"));
  };
  expect(ConnectStatus::refused, "502 Bad Gateway", "connection_refused");
  expect(ConnectStatus::host_unreachable, "502 Bad Gateway", "destination_ip_unroutable");
  expect(ConnectStatus::network_unreachable, "502 Bad Gateway", "destination_ip_unroutable");
  expect(ConnectStatus::timeout, "504 Gateway Timeout", "connection_timeout");
  expect(ConnectStatus::general_failure, "502 Bad Gateway", "proxy_internal_error");
}

TEST(HttpConnect, announces_the_length_of_each_body) {
  HttpConnect http(kOpen);
  http.feed(base::bytes_of(connect_to("example.com:443")));
  for (int code = 1; code <= 6; ++code) {
    const auto text = std::string(base::text_of(http.reply(static_cast<ConnectStatus>(code))));
    const auto body = text.substr(text.find("\r\n\r\n") + 4);
    EXPECT_THAT(text, HasSubstr("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nConnection: close\r\n"));
  }
}

}  // namespace
}  // namespace qnet::proxy
