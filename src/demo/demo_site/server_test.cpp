#include "demo/demo_site/server.hpp"

#include <gmock/gmock.h>

#include "demo/demo_site/pattern.hpp"
#include "demo/demo_site/testing/running_site.hpp"

namespace qnet::demo_site {
namespace {

using net::testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Site : public testing::RunningSite {
 protected:
  [[nodiscard]] Client connect() const { return Client(*server_->addresses().http); }

  [[nodiscard]] std::string exchange(std::string_view request) const {
    auto client = connect();
    client.send(request);
    return client.read_to_end();
  }
};

std::string request(std::string_view line, std::string_view more = "Connection: close\r\n") {
  return std::string(line) + " HTTP/1.1\r\nHost: site.example\r\n" + std::string(more) + "\r\n";
}

std::string pattern(std::size_t size) {
  base::Bytes bytes(size);
  fill_pattern(0, bytes);
  return std::string(base::text_of(bytes));
}

std::string body_of(const std::string& response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string::npos ? "no header" : response.substr(end + 4);
}

std::string upload(std::string_view body, std::string_view more = "Connection: close\r\n") {
  return request("POST /upload",
                 "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more)) +
         std::string(body);
}

TEST_F(Site, shows_its_home_page) {
  start();
  const auto page = exchange(request("GET /"));
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nContent-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(page, HasSubstr("You reached this page through QNet's demo network"));
}

TEST_F(Site, answers_head_without_a_body) {
  start();
  for (const auto* path : {"/", "/fifty", "/img/1.svg", "/bytes/5", "/headers", "/nothing"}) {
    const auto answer = exchange(request(std::string("HEAD ") + path));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 ")) << path;
    EXPECT_THAT(answer, EndsWith("\r\n\r\n")) << path;
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: ")) << path;
  }
}

TEST_F(Site, has_a_page_of_fifty_images_that_all_exist) {
  start();
  const auto page = exchange(request("GET /fifty"));
  auto client = connect();
  for (int i = 1; i <= 50; ++i) {
    const auto path = "/img/" + std::to_string(i) + ".svg";
    EXPECT_THAT(page, HasSubstr("<img src=\"" + path + "\""));
    client.send(request("GET " + path, ""));
    const auto image = client.read_to("</svg>\n");
    EXPECT_THAT(image, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(image, HasSubstr("\r\nContent-Type: image/svg+xml\r\n"));
  }
  EXPECT_THAT(page, Not(HasSubstr("/img/51.svg")));
  for (const auto* path :
       {"/img/0.svg", "/img/51.svg", "/img/01.svg", "/img/.svg", "/img/1.png", "/img/1 .svg"})
    EXPECT_THAT(exchange(request(std::string("GET ") + path)), Not(StartsWith("HTTP/1.1 200 "))) << path;
}

TEST_F(Site, sends_as_many_bytes_as_asked) {
  start();
  for (const std::size_t size : {0U, 1U, 7U, 65'536U, 1'000'003U}) {
    const auto answer = exchange(request("GET /bytes/" + std::to_string(size)));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: " + std::to_string(size) + "\r\n"));
    EXPECT_TRUE(body_of(answer) == pattern(size)) << size;
  }
}

TEST_F(Site, has_no_downloads_over_its_limit_or_of_no_number) {
  start({.download_bytes = 100});
  EXPECT_THAT(exchange(request("GET /bytes/100")), StartsWith("HTTP/1.1 200 "));
  for (const auto* number : {"101", "", "-1", "+1", "1x", "0x10", "1/", "99999999999999999999999"})
    EXPECT_THAT(exchange(request(std::string("GET /bytes/") + number)), StartsWith("HTTP/1.1 404 "))
        << number;
}

TEST_F(Site, offers_two_gibibytes_but_no_byte_more) {
  start();
  EXPECT_THAT(exchange(request("HEAD /bytes/2147483648")), HasSubstr("\r\nContent-Length: 2147483648\r\n"));
  EXPECT_THAT(exchange(request("HEAD /bytes/2147483649")), StartsWith("HTTP/1.1 404 "));
}

TEST_F(Site, counts_an_upload_and_knows_its_own_bytes_again) {
  start();
  const auto bytes = pattern(300'000);
  EXPECT_EQ(body_of(exchange(upload(bytes))), "{\"bytes\":300000,\"is_pattern\":true}\n");
  auto changed = bytes;
  changed[299'999] ^= 1;
  EXPECT_EQ(body_of(exchange(upload(changed))), "{\"bytes\":300000,\"is_pattern\":false}\n");
  EXPECT_EQ(body_of(exchange(upload(""))), "{\"bytes\":0,\"is_pattern\":true}\n");
}

TEST_F(Site, takes_an_upload_in_chunks) {
  start();
  const auto bytes = pattern(16);
  EXPECT_EQ(
      body_of(exchange(request("PUT /upload", "Transfer-Encoding: chunked\r\nConnection: close\r\n") +
                       "a\r\n" + bytes.substr(0, 10) + "\r\n6\r\n" + bytes.substr(10) + "\r\n0\r\n\r\n")),
      "{\"bytes\":16,\"is_pattern\":true}\n");
}

TEST_F(Site, invites_an_upload_that_waits_for_it) {
  start();
  auto client = connect();
  client.send(request("POST /upload", "Content-Length: 8\r\nExpect: 100-continue\r\nConnection: close\r\n"));
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(pattern(8));
  EXPECT_THAT(client.read_to_end(), EndsWith("{\"bytes\":8,\"is_pattern\":true}\n"));
}

TEST_F(Site, refuses_an_upload_over_its_limit_before_and_while_it_comes) {
  start({.upload_bytes = 1000});
  EXPECT_THAT(exchange(upload(pattern(1001))), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange(request("POST /upload", "Transfer-Encoding: chunked\r\n") + "7d0\r\n" + pattern(2000) +
                       "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(Site, serves_many_requests_on_one_connection) {
  start();
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(request("GET /bytes/10", ""));
    EXPECT_THAT(client.read_to("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(client.read(10), pattern(10));
    client.send(upload(pattern(20), ""));
    EXPECT_THAT(client.read_to("}\n"), HasSubstr("\"bytes\":20"));
  }
  client.send(request("GET /img/7.svg", "") + request("GET /headers"));
  const auto both = client.read_to_end();
  EXPECT_THAT(both, HasSubstr("</svg>\nHTTP/1.1 200 OK"));
}

TEST_F(Site, shows_what_it_learnt_from_a_request) {
  start();
  EXPECT_EQ(body_of(exchange(request("GET /headers?a=b", "X-Mine: 1\r\nConnection: close\r\n"))),
            "GET /headers?a=b HTTP/1.1\nHost: site.example\nX-Mine: 1\nConnection: close\n");
}

TEST_F(Site, refuses_unknown_paths_and_methods) {
  start();
  EXPECT_THAT(exchange(request("GET /nothing")), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(exchange(request("DELETE /")), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(exchange(request("GET /upload")), StartsWith("HTTP/1.1 405 "));
}

TEST_F(Site, ends_a_connection_after_a_body_that_nobody_reads) {
  start();
  const auto answer =
      exchange(request("GET /img/1.svg", "Content-Length: 5\r\n") + "hello" + request("GET /"));
  EXPECT_EQ(answer.find("HTTP/1.1"), answer.rfind("HTTP/1.1"));
}

TEST_F(Site, answers_garbage_with_400_and_a_long_header_with_431) {
  start();
  EXPECT_THAT(exchange("this is no HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange(request("GET /", "X: " + std::string(20'000, 'x') + "\r\n")),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(Site, closes_on_one_who_sends_a_header_too_slowly) {
  start({.header = std::chrono::milliseconds(200)});
  auto client = connect();
  for (int i = 0; i < 1000 && client.send("G"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_FALSE(client.send("G"));
}

TEST_F(Site, closes_on_one_who_stops_in_an_upload) {
  start({.progress = std::chrono::milliseconds(100)});
  auto client = connect();
  client.send(request("POST /upload", "Content-Length: 100\r\n") + "some");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Site, closes_on_one_who_reads_nothing) {
  start({.progress = std::chrono::milliseconds(100)});
  auto client = connect();
  client.send(request("GET /bytes/1073741824"));
  wait_for_connections(1);
  wait_for_connections(0);
  EXPECT_LT(client.read_to_end().size(), 1'073'741'824U);
}

TEST_F(Site, closes_a_connection_that_idles) {
  start({.idle = std::chrono::milliseconds(100)});
  auto client = connect();
  client.send(request("GET /bytes/3", ""));
  EXPECT_THAT(client.read_to_end(), EndsWith(pattern(3)));
}

TEST_F(Site, takes_no_connection_over_its_limit_until_another_leaves) {
  start({.connections = 2});
  {
    auto one = connect();
    auto two = connect();
    wait_for_connections(2);
    EXPECT_EQ(exchange(request("GET /")), "");
  }
  wait_for_connections(0);
  EXPECT_THAT(exchange(request("GET /")), StartsWith("HTTP/1.1 200 "));
}

// RFC 6455 §1.3: the key and the answer to it.
constexpr std::string_view kUpgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";
// RFC 6455 §5.7: "Hello" from a client, masked, and from a server.
constexpr std::string_view kMaskedHello = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
constexpr std::string_view kHello = "\x81\x05Hello";

TEST_F(Site, echoes_websocket_messages) {
  start();
  auto client = connect();
  client.send(request("GET /websocket", kUpgrade));
  const auto agreed = client.read_to("\r\n\r\n");
  EXPECT_THAT(agreed, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(agreed, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  for (int i = 0; i < 2; ++i) {
    client.send(kMaskedHello);
    EXPECT_EQ(client.read(kHello.size()), kHello);
  }
}

TEST_F(Site, ends_a_websocket_whose_message_is_too_big) {
  start({.message_bytes = 4});
  auto client = connect();
  client.send(request("GET /websocket", kUpgrade));
  client.read_to("\r\n\r\n");
  client.send(kMaskedHello);
  EXPECT_EQ(client.read(4), std::string_view("\x88\x02\x03\xf1", 4));  // §7.4.1: close, 1009
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Site, answers_a_plain_request_for_the_websocket_with_404) {
  start();
  EXPECT_THAT(exchange(request("GET /websocket")), StartsWith("HTTP/1.1 404 "));
}

TEST_F(Site, stops_with_connections_in_every_state) {
  start();
  auto fresh = connect();
  auto halfway = connect();
  halfway.send("GET / HT");
  auto downloading = connect();
  downloading.send(request("GET /bytes/1073741824"));
  downloading.read_to("\r\n\r\n");
  auto uploading = connect();
  uploading.send(request("POST /upload", "Content-Length: 1000\r\n") + "some");
  auto echoing = connect();
  echoing.send(request("GET /websocket", kUpgrade));
  echoing.read_to("\r\n\r\n");
  wait_for_connections(5);
  stop();
  thread_.join();
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(halfway.read_to_end(), "");
  EXPECT_EQ(uploading.read_to_end(), "");
  EXPECT_EQ(echoing.read_to_end(), "");
}

TEST_F(Site, says_which_address_it_cannot_listen_on) {
  start();
  const auto taken = *server_->addresses().http;
  const auto second = thread_.run(
      [&] { return Server::start(thread_.io(), {.http = taken, .https = {}}, testing::certificate()); });
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(Errc::cannot_listen));
  EXPECT_THAT(second.error().message(), HasSubstr("127.0.0.1:" + std::to_string(taken.port())));
}

}  // namespace
}  // namespace qnet::demo_site
