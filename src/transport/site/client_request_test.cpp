// The client's one request, to servers in the test's process.
#include "transport/site/client_request.hpp"

#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"
#include "protocol/h2/stream.hpp"
#include "protocol/websocket/stream.hpp"
#include "transport/site/http1_server.hpp"

namespace qnet::site {
namespace {

using net::Task;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const ClientRequest kRequest{"www.example.org", 443, {"/api/media/queue", "session_kf"}, "TOKEN"};

class Requesting : public ::testing::Test {
 protected:
  Requesting() {
    auto pair = net::testing::tcp_pair(io);
    stream = std::move(pair.near);
    far = std::move(pair.far);
  }
  base::Result<void> ask_h2(const ClientRequest& request = kRequest) {
    base::Result<void> result = base::fail(Errc::bad_http, "no result");
    EXPECT_TRUE(net::testing::runs_to_end(
        io, [&]() -> Task<void> { result = co_await open_h2(stream, request, base::bytes_of("opening")); }));
    return result;
  }
  base::Result<void> ask_websocket(const ClientRequest& request = kRequest) {
    base::Result<void> result = base::fail(Errc::bad_http, "no result");
    EXPECT_TRUE(net::testing::runs_to_end(io, [&]() -> Task<void> {
      result = co_await open_websocket(stream, request, base::bytes_of("opening"), random);
    }));
    return result;
  }
  /// A server that answers to the end of a request's head with `text`, and ends.
  void answer(std::string text) {
    boost::asio::co_spawn(
        io,
        [](std::unique_ptr<net::ByteStream> peer, std::string& head, std::string what) -> Task<void> {
          base::Bytes chunk(4096);
          while (head.find("\r\n\r\n") == std::string::npos) {
            const auto got = co_await net::read_some(*peer, chunk);
            if (!got || *got == 0) co_return;
            head += base::text_of(base::ByteView(chunk).first(*got));
          }
          (void)co_await net::testing::write_text(*peer, what);
          co_await net::finish_and_drain(*peer);
        }(std::move(far), received, std::move(text)),
        boost::asio::detached);
  }
  /// A server over HTTP/2 that answers with `status`, and then sends back what comes.
  void serve_h2(std::string status) {
    server = h2::Connection::start(std::move(far), h2::Role::server, h2::Limits(),
                                   [this, status](std::unique_ptr<h2::Stream> request) -> Task<void> {
                                     headers = request->headers();
                                     const h2::Headers response{{":status", status}};
                                     EXPECT_TRUE(request->respond(response, false));
                                     std::atomic<std::uint64_t> moved{0};
                                     (void)co_await net::pump(*request, *request, moved);
                                   });
  }
  /// Writes `more`, and reads so many bytes, or what comes before an end.
  std::string echoed(std::string_view more, std::size_t size) {
    std::string text;
    EXPECT_TRUE(net::testing::runs_to_end(io, [&]() -> Task<void> {
      EXPECT_TRUE(co_await net::testing::write_text(*stream, more));
      base::Bytes chunk(size);
      while (text.size() < size) {
        const auto got = co_await net::read_some(*stream, chunk);
        if (!got || *got == 0) co_return;
        text += base::text_of(base::ByteView(chunk).first(*got));
      }
    }));
    return text;
  }

  boost::asio::io_context io{1};
  base::testing::SeededRandom random{5};
  std::unique_ptr<net::ByteStream> stream;
  std::unique_ptr<net::ByteStream> far;
  std::shared_ptr<h2::Connection> server;
  Headers headers;
  std::string received;
};

TEST_F(Requesting, makes_a_stream_of_a_request_over_http2) {
  serve_h2("200");
  const auto opened = ask_h2();
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(echoed(", more", 13), "opening, more");
  EXPECT_EQ(find(headers, ":method"), "POST");
  EXPECT_EQ(find(headers, ":scheme"), "https");
  EXPECT_EQ(find(headers, ":authority"), "www.example.org");
  EXPECT_EQ(find(headers, ":path"), "/api/media/queue");
  EXPECT_EQ(find(headers, "origin"), "https://www.example.org");
  EXPECT_EQ(find(headers, "cookie"), "session_kf=TOKEN");
  EXPECT_THAT(std::string(find(headers, "user-agent").value_or("")), StartsWith("Mozilla/5.0 "));
}

TEST_F(Requesting, names_a_port_that_is_not_the_usual_one) {
  auto request = kRequest;
  request.port = 8443;
  serve_h2("200");
  EXPECT_TRUE(ask_h2(request));
  EXPECT_EQ(find(headers, ":authority"), "www.example.org:8443");
  EXPECT_EQ(find(headers, "origin"), "https://www.example.org:8443");
}

TEST_F(Requesting, tells_the_page_of_a_web_site_from_a_relay_over_http2) {
  for (const auto* const status : {"404", "405", "204"}) {
    auto pair = net::testing::tcp_pair(io);
    stream = std::move(pair.near);
    far = std::move(pair.far);
    serve_h2(status);
    const auto opened = ask_h2();
    ASSERT_FALSE(opened) << status;
    EXPECT_TRUE(opened.error().is(Errc::not_recognised)) << opened.error().message();
  }
}

TEST_F(Requesting, tells_why_there_is_no_answer_over_http2) {
  far->close();
  const auto closed = ask_h2();
  ASSERT_FALSE(closed);
  EXPECT_FALSE(closed.error().is(Errc::not_recognised)) << closed.error().message();

  auto pair = net::testing::tcp_pair(io);
  stream = std::move(pair.near);
  far = std::move(pair.far);
  answer("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto other = ask_h2();
  ASSERT_FALSE(other);
  EXPECT_FALSE(other.error().is(Errc::not_recognised)) << other.error().message();
}

TEST_F(Requesting, makes_a_stream_of_a_websocket) {
  boost::asio::co_spawn(
      io,
      [](std::unique_ptr<net::ByteStream> peer, Headers& seen, std::string& target,
         base::RandomSource& masks) -> Task<void> {
        Http1Server http(std::move(peer), Limits());
        const auto exchange = co_await http.next();
        if (!exchange) co_return;
        seen = exchange->request().headers;
        target = exchange->request().method + " " + exchange->request().target;
        const auto key = http.websocket_key();
        EXPECT_TRUE(key);
        EXPECT_TRUE(co_await http.accept_websocket(key.value_or("")));
        base::Bytes unread;
        auto lower = http.release(unread);
        websocket::Stream back(std::move(lower), websocket::Role::server, masks, unread);
        std::atomic<std::uint64_t> moved{0};
        (void)co_await net::pump(back, back, moved);
      }(std::move(far), headers, received, random),
      boost::asio::detached);
  const auto opened = ask_websocket();
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(echoed(", more", 13), "opening, more");
  EXPECT_EQ(received, "GET /api/media/queue");
  EXPECT_EQ(find(headers, "host"), "www.example.org");
  EXPECT_EQ(find(headers, "origin"), "https://www.example.org");
  EXPECT_EQ(find(headers, "cookie"), "session_kf=TOKEN");
}

TEST_F(Requesting, draws_another_key_for_each_websocket) {
  answer("");
  (void)ask_websocket();
  const auto first = received;
  EXPECT_THAT(first, HasSubstr("\r\nSec-WebSocket-Key: "));
  auto pair = net::testing::tcp_pair(io);
  stream = std::move(pair.near);
  far = std::move(pair.far);
  received.clear();
  answer("");
  (void)ask_websocket();
  EXPECT_NE(received, first);
  EXPECT_EQ(received.size(), first.size());
}

TEST_F(Requesting, takes_frames_that_come_right_behind_the_upgrade) {
  // The key that is drawn first, and so the answer to it.
  base::testing::SeededRandom same{5};
  base::Bytes nonce(16);
  same.fill(nonce);
  auto key = base::to_base64url(nonce) + "==";
  std::ranges::replace(key, '-', '+');
  std::ranges::replace(key, '_', '/');
  answer(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: " +
      websocket_accept(key) + "\r\n\r\n" + std::string("\x82\x03") + "abc");
  const auto opened = ask_websocket();
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(echoed("", 3), "abc");
}

TEST_F(Requesting, tells_the_page_of_a_web_site_from_a_relay_that_takes_a_websocket) {
  for (const auto* const text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"}) {
    auto pair = net::testing::tcp_pair(io);
    stream = std::move(pair.near);
    far = std::move(pair.far);
    answer(text);
    const auto opened = ask_websocket();
    ASSERT_FALSE(opened) << text;
    EXPECT_TRUE(opened.error().is(Errc::not_recognised)) << opened.error().message();
  }
}

TEST_F(Requesting, tells_why_there_is_no_websocket) {
  answer("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  EXPECT_TRUE(ask_websocket().error().is(Errc::bad_http));
  stream->close();
  EXPECT_FALSE(ask_websocket());
}

}  // namespace
}  // namespace qnet::site
