// The folder's rules, and the server's side of HTTP/1.1 over loopback.
#include <gmock/gmock.h>

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "foundation/net/tcp.hpp"
#include "transport/site/folder_files.hpp"
#include "transport/site/folder_site.hpp"
#include "transport/site/http1_server.hpp"
#include "transport/site/testing/site_folder.hpp"

namespace qnet::site {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Folder : public ::testing::Test, protected testing::SiteFolder {
 protected:
  std::optional<fs::path> find(std::string_view target) { return find_file(root, target, without_slash); }

  bool without_slash = false;
};

TEST_F(Folder, gives_the_files_that_targets_name) {
  EXPECT_EQ(find("/"), root / "index.html");
  EXPECT_EQ(find("/index.html?a=b"), root / "index.html");
  EXPECT_EQ(find("/%69ndex.html"), root / "index.html");
  EXPECT_EQ(find("//./index.html"), root / "index.html");  // as nginx merges slashes
  EXPECT_EQ(find("/sub%20dir/"), root / "sub dir" / "index.html");
  EXPECT_EQ(find("/sub%20dir"), std::nullopt);
  EXPECT_TRUE(without_slash);
}

TEST_F(Folder, gives_nothing_outside_hidden_or_odd) {
  for (const std::string_view target :
       {"/../outside", "/%2e%2e/outside", "/sub%20dir/../../outside", "/..%2foutside", "/link", "/.secret",
        "/missing", "/index.html/", "/index.html%00", "/%zz", "/%6", "index.html", "", "*", "/empty/",
        "http://a/"}) {
    EXPECT_EQ(find(target), std::nullopt) << target;
    EXPECT_FALSE(without_slash) << target;
  }
  EXPECT_EQ(find("/" + std::string(9000, 'a')), std::nullopt);
}

TEST_F(Folder, is_refused_without_an_index) {
  EXPECT_TRUE(FolderSite::open(root, Limits()));
  for (const auto& folder : {root / "empty", root / "missing", root / "index.html"}) {
    const auto opened = FolderSite::open(folder, Limits());
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message(), HasSubstr(folder.string()));
  }
}

TEST(Ranges, are_those_of_rfc_9110) {
  bool unsatisfiable = false;
  const auto parse = [&](std::string_view field) { return parse_range(field, 100, unsatisfiable); };
  const auto expect = [&](std::string_view field, std::uint64_t offset, std::uint64_t size) {
    const auto range = parse(field);
    ASSERT_TRUE(range) << field;
    EXPECT_EQ(range->offset, offset);
    EXPECT_EQ(range->size, size);
  };
  expect("bytes=0-9", 0, 10);
  expect("bytes=90-", 90, 10);
  expect("bytes=90-1000", 90, 10);
  expect("bytes=-10", 90, 10);
  expect("bytes=-1000", 0, 100);
  for (const std::string_view field :
       {"bytes=9-0", "bytes=a-b", "bytes=0-9,20-29", "lines=0-9", "bytes=-", "bytes="}) {
    EXPECT_FALSE(parse(field)) << field;
    EXPECT_FALSE(unsatisfiable) << field;
  }
  for (const std::string_view field : {"bytes=100-", "bytes=-0"}) {
    EXPECT_FALSE(parse(field)) << field;
    EXPECT_TRUE(unsatisfiable) << field;
  }
}

// RFC 6455 §1.3.
TEST(WebSocketAccept, is_the_rfcs) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(HttpDate, is_in_the_preferred_form) { EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); }

class Http1 : public Folder {
 protected:
  /// What a visitor gets who sends `text` and then ends.
  std::string exchange(const std::string& text) { return exchange(text, **FolderSite::open(root, Limits())); }
  std::string exchange(const std::string& text, const Site& site) {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket visitor(io);
    visitor.connect(acceptor.local_endpoint());
    asio::write(visitor, asio::buffer(text));
    visitor.shutdown(net::tcp::socket::shutdown_send);
    Http1Server server(std::make_unique<net::TcpStream>(acceptor.accept()), Limits());
    bool done = false;
    io.restart();
    asio::co_spawn(
        io,
        [](Http1Server& http, const Site& files) -> net::Task<void> {
          for (;;) {
            const auto one = co_await http.next();
            if (!one) break;
            co_await files.serve(*one);
          }
          http.close();
        }(server, site),
        [&done](const std::exception_ptr&) { done = true; });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(done);
    std::string answer;
    boost::system::error_code error;
    asio::read_until(visitor, asio::dynamic_buffer(answer), "never in it", error);
    return answer;
  }

  asio::io_context io{1};
};

TEST_F(Http1, answers_requests_one_after_the_other) {
  const auto answer = exchange(
      "GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /missing HTTP/1.1\r\nHost: a\r\n"
      "Connection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nhomeHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 405 "));
  const auto last = answer.rfind("HTTP/1.1 ");
  EXPECT_THAT(answer.substr(last), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer.substr(last), HasSubstr("Connection: close\r\n"));
}

TEST(Http1Head, writes_names_as_everybody_does) {
  EXPECT_EQ(http1_head("X", {{"etag", "1"}, {"sec-websocket-key", "2"}, {"content-type", "3"}}),
            "X\r\nETag: 1\r\nSec-WebSocket-Key: 2\r\nContent-Type: 3\r\n\r\n");
}

/// Promises five bytes and breaks off after three.
class BrokenSite final : public Site {
 public:
  net::Task<void> serve(Exchange& exchange) const override {
    const Response response{200, {{"content-length", "5"}}};
    EXPECT_TRUE(co_await exchange.respond(response, true));
    EXPECT_TRUE(co_await exchange.write_body(base::bytes_of("abc")));
  }
};

TEST_F(Http1, ends_after_a_response_that_broke_off) {
  const auto answer =
      exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", BrokenSite());
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\nabc"));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(Http1, refuses_what_is_no_http_or_too_long) {
  EXPECT_THAT(exchange("garbage\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(50'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(exchange(""), "");
}

}  // namespace
}  // namespace qnet::site
