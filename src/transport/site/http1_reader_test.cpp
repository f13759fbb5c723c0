// Messages of HTTP/1.1 in pieces of every size, and what of them is refused.
#include "transport/site/http1_reader.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "foundation/net/testing/memory_stream.hpp"
#include "foundation/net/testing/run.hpp"

namespace qnet::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kLimit = 1024;

class Reading : public ::testing::Test {
 protected:
  /// All messages of `text`, which comes in pieces of `piece` bytes: "start name=value … | body", or an
  /// error.
  template <bool is_request>
  std::vector<std::string> messages(const std::string& text, std::size_t piece) {
    net::testing::MemoryStream stream(io.get_executor());
    stream.incoming = text;
    stream.longest_read = piece;
    stream.at_end = true;
    Http1Reader<is_request> reader(stream, kLimit);
    return net::testing::run(io, read_all(reader));
  }
  std::vector<std::string> requests(const std::string& text, std::size_t piece = 16'384) {
    return messages<true>(text, piece);
  }
  std::vector<std::string> responses(const std::string& text, std::size_t piece = 16'384) {
    return messages<false>(text, piece);
  }

  template <bool is_request>
  static net::Task<std::vector<std::string>> read_all(Http1Reader<is_request>& reader) {
    std::vector<std::string> all;
    for (;;) {
      const auto came = co_await reader.wait();
      if (!came || !*came) co_return all;
      if (const auto head = co_await reader.read_head(); !head) {
        all.push_back(head.error().message());
        co_return all;
      }
      all.push_back(start_of(reader.parser().get()));
      for (const auto& header : reader.headers()) all.back() += " " + header.name + "=" + header.value;
      all.back() += " | ";
      base::Bytes chunk(7);  // smaller than the bodies
      for (;;) {
        const auto got = co_await reader.read_body(chunk);
        all.back() += got ? base::text_of(base::ByteView(chunk).first(*got)) : got.error().message();
        if (!got) co_return all;
        if (*got == 0) break;
      }
    }
  }

  template <class Message>
  static std::string start_of(const Message& message) {
    if constexpr (requires { message.target(); })
      return std::string(message.method_string()) + " " + std::string(message.target());
    else
      return std::to_string(message.result_int()) + " " + std::string(message.reason());
  }

  boost::asio::io_context io{1};
};

// RFC 9110 §3.9.
const std::string kRfcRequest =
    "GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\nAccept-Language: en, "
    "mi\r\n\r\n";
const std::string kRfcResponse =
    "HTTP/1.1 200 OK\r\nDate: Mon, 27 Jul 2009 12:28:53 GMT\r\nServer: Apache\r\n"
    "Last-Modified: Wed, 22 Jul 2009 19:15:56 GMT\r\nETag: \"34aa387-d-1568eb00\"\r\nAccept-Ranges: bytes\r\n"
    "Content-Length: 51\r\nVary: Accept-Encoding\r\nContent-Type: text/plain\r\n\r\n"
    "Hello World! My content includes a trailing CRLF.\r\n";

TEST_F(Reading, gives_the_rfcs_messages_in_pieces_of_every_size) {
  for (std::size_t piece = 1; piece <= kRfcResponse.size(); ++piece) {
    EXPECT_THAT(
        requests(kRfcRequest, piece),
        ElementsAre("GET /hello.txt user-agent=curl/7.64.1 host=www.example.com accept-language=en, mi | "))
        << piece;
    EXPECT_THAT(
        responses(kRfcResponse, piece),
        ElementsAre("200 OK date=Mon, 27 Jul 2009 12:28:53 GMT server=Apache "
                    "last-modified=Wed, 22 Jul 2009 19:15:56 GMT etag=\"34aa387-d-1568eb00\" "
                    "accept-ranges=bytes content-length=51 vary=Accept-Encoding content-type=text/plain | "
                    "Hello World! My content includes a trailing CRLF.\r\n"))
        << piece;
  }
}

const std::string kChunked = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kChunkedSeen = "POST /a host=a transfer-encoding=chunked | ";

TEST_F(Reading, takes_chunks_apart_in_pieces_of_every_size) {
  const auto text = kChunked + "5;name=value\r\nhello\r\n00C\r\n, wide world\r\n0\r\nTrailer: t\r\n\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_THAT(requests(text, piece), ElementsAre(kChunkedSeen + "hello, wide world")) << piece;
}

TEST_F(Reading, takes_an_empty_chunked_body_in_pieces_of_every_size) {
  for (const std::string end : {"0\r\n\r\n", "000\r\n\r\n", "0;a=b\r\n\r\n", "0\r\nA: b\r\n\r\n"})
    for (std::size_t piece = 1; piece <= 8; ++piece)
      EXPECT_THAT(requests(kChunked + end, piece), ElementsAre(kChunkedSeen)) << end << piece;
}

TEST_F(Reading, leaves_what_follows_a_message_for_the_next) {
  const std::string text = kChunked +
                           "2\r\nhi\r\n0\r\n\r\nPUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                           "GET /c HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_THAT(requests(text, piece),
                ElementsAre(kChunkedSeen + "hi", "PUT /b host=a content-length=3 | abc", "GET /c host=a | "))
        << piece;
}

TEST_F(Reading, takes_the_end_of_the_connection_for_the_end_of_a_response_without_a_length) {
  EXPECT_THAT(responses("HTTP/1.1 200 OK\r\n\r\nuntil the end", 3), ElementsAre("200 OK | until the end"));
  EXPECT_THAT(responses("HTTP/1.1 200 OK\r\n\r\n"), ElementsAre("200 OK | "));
}

TEST_F(Reading, tells_a_body_that_breaks_off_from_one_that_ends) {
  for (const std::string text :
       {"Content-Length: 5\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"})
    for (const std::size_t piece : {1U, 1000U}) {
      const auto seen = responses("HTTP/1.1 200 OK\r\n" + text, piece);
      ASSERT_EQ(seen.size(), 1U) << text;
      EXPECT_THAT(seen[0], HasSubstr("| abcthe far end sent something that is no HTTP")) << text;
    }
}

TEST_F(Reading, refuses_requests_that_are_none) {
  for (const std::string text : {
           "garbage\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.2\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
           " GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\nHost: a\n\n",         // RFC 9112 §2.2: a bare LF may be refused
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",  // RFC 9112 §5.1
           "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
           "GET / HTTP/1.1\r\nA: \x01\r\n\r\n",              // RFC 9110 §5.5
           "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",  // RFC 9112 §6.3
           "POST / HTTP/1.1\r\nContent-Length: 5x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\n",  // the end inside of it
       })
    for (const std::size_t piece : {1U, 1000U})
      EXPECT_THAT(requests(text, piece), ElementsAre(HasSubstr("that is no HTTP"))) << text;
}

TEST_F(Reading, refuses_chunks_that_are_none) {
  for (const std::string body : {"x\r\n", "\r\n", "-1\r\n", "5 5\r\nhello\r\n", "1\r\nab\r\n", "1\r\na0\r\n",
                                 "11111111111111111\r\n", "1;=\r\na\r\n"})
    for (const std::size_t piece : {1U, 1000U})
      EXPECT_THAT(requests(kChunked + body, piece), ElementsAre(HasSubstr("that is no HTTP"))) << body;
}

/// A request whose head is so many bytes long.
std::string head_of_size(std::size_t size) {
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
}

TEST_F(Reading, bounds_the_head) {
  for (const std::size_t piece : {1U, 100U, 16'384U}) {
    EXPECT_THAT(requests(head_of_size(kLimit), piece), ElementsAre(StartsWith("GET / x=xxx"))) << piece;
    // Beast counts the start line and the fields each for itself.
    for (const auto& text :
         {head_of_size(2 * kLimit), "GET /" + std::string(kLimit, 'a') + " HTTP/1.1\r\n\r\n"})
      EXPECT_THAT(requests(text, piece), ElementsAre("a message is longer than allowed")) << piece;
  }
}

TEST_F(Reading, holds_little_of_a_head_without_an_end) {
  for (const auto& text : {"GET /" + std::string(1'000'000, 'a'), head_of_size(1'000'000)}) {
    net::testing::MemoryStream stream(io.get_executor());
    stream.incoming = text;
    Http1Reader<true> reader(stream, kLimit);
    EXPECT_TRUE(net::testing::run(io, reader.read_head()).error().is(Errc::too_long));
    EXPECT_GT(stream.incoming.size(), 900'000U);
  }
}

TEST_F(Reading, bounds_what_stands_between_chunks) {
  const std::string filler(1'000'000, 'x');
  for (const auto& body : {"1;" + filler, "1\r\na\r\n0\r\nTrailer: " + filler, "0;a=\"" + filler}) {
    net::testing::MemoryStream stream(io.get_executor());
    stream.incoming = kChunked + body;
    Http1Reader<true> reader(stream, kLimit);
    ASSERT_TRUE(net::testing::run(io, reader.read_head()));
    base::Bytes chunk(100);
    auto got = net::testing::run(io, reader.read_body(chunk));
    if (got) got = net::testing::run(io, reader.read_body(chunk));
    ASSERT_FALSE(got);
    EXPECT_TRUE(got.error().is(Errc::too_long)) << got.error().message();
    EXPECT_GT(stream.incoming.size(), 900'000U);
  }
}

TEST_F(Reading, tells_the_end_before_a_message_from_errors) {
  net::testing::MemoryStream stream(io.get_executor());
  Http1Reader<true> reader(stream, kLimit);
  stream.at_end = true;
  EXPECT_FALSE(net::testing::run(io, reader.wait()).value());
  reader.push(base::bytes_of("G"));
  EXPECT_TRUE(net::testing::run(io, reader.wait()).value());
  stream.read_fails = net::Errc::reset;
  EXPECT_TRUE(net::testing::run(io, reader.read_head()).error().is(net::Errc::reset));
  EXPECT_TRUE(net::testing::run(io, Http1Reader<true>(stream, kLimit).wait()).error().is(net::Errc::reset));
}

TEST_F(Reading, passes_on_the_error_of_a_connection_that_fails_inside_of_a_body) {
  net::testing::MemoryStream stream(io.get_executor());
  stream.incoming = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab";
  stream.read_fails = net::Errc::timed_out;
  Http1Reader<true> reader(stream, kLimit);
  ASSERT_TRUE(net::testing::run(io, reader.read_head()));
  base::Bytes chunk(100);
  EXPECT_EQ(net::testing::run(io, reader.read_body(chunk)).value(), 2U);
  EXPECT_TRUE(net::testing::run(io, reader.read_body(chunk)).error().is(net::Errc::timed_out));
}

TEST_F(Reading, begins_with_what_was_read_before_and_keeps_what_comes_behind) {
  net::testing::MemoryStream stream(io.get_executor());
  stream.incoming = "ost: a\r\n\r\nbehind";
  Http1Reader<true> reader(stream, kLimit);
  reader.push(base::bytes_of("GET / HTTP/1.1\r\nH"));
  ASSERT_TRUE(net::testing::run(io, reader.read_head()));
  EXPECT_EQ(find(reader.headers(), "host"), "a");
  EXPECT_EQ(base::text_of(reader.unread().view()), "behind");
}

}  // namespace
}  // namespace qnet::site
