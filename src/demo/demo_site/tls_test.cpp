#include <sys/socket.h>
#include <sys/time.h>

#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "demo/demo_site/pattern.hpp"
#include "demo/demo_site/testing/running_site.hpp"

namespace qnet::demo_site {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using net::testing::Client;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kHttp11("\x08http/1.1", 9);
constexpr std::string_view kHttp2("\x02h2", 3);

// A browser's side of TLS, which trusts the site's certificate and nothing else.
class TlsClient {
 public:
  explicit TlsClient(const asio::ip::tcp::endpoint& to) : stream_(io_, context_) {
    context_.add_certificate_authority(asio::buffer(testing::certificate().certificate_pem));
    stream_.lowest_layer().connect(to);
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(stream_.lowest_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    SSL_set1_host(stream_.native_handle(), "site.example");
  }

  void offer(std::string_view protocols) {
    SSL_set_alpn_protos(stream_.native_handle(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  }

  SSL* native() { return stream_.native_handle(); }

  boost::system::error_code handshake() {
    // The certificate store belongs to the context; the connection copied its own settings before.
    stream_.set_verify_mode(ssl::verify_peer);
    boost::system::error_code error;
    stream_.handshake(ssl::stream_base::client, error);
    return error;
  }

  void send(std::string_view text) { asio::write(stream_, asio::buffer(text)); }

  std::string read_to(std::string_view mark) {
    boost::system::error_code error;
    const auto size = asio::read_until(stream_, asio::dynamic_buffer(received_), mark, error);
    return take(error ? received_.size() : size);
  }

  // Gives how the stream ended: eof after the other side's close_notify, else something worse.
  boost::system::error_code read_to_end(std::string& text) {
    boost::system::error_code error;
    asio::read(stream_, asio::dynamic_buffer(received_), error);
    text = take(received_.size());
    return error;
  }

 private:
  std::string take(std::size_t size) {
    auto text = received_.substr(0, size);
    received_.erase(0, size);
    return text;
  }

  asio::io_context io_{1};
  ssl::context context_{ssl::context::tls_client};
  ssl::stream<asio::ip::tcp::socket> stream_;
  std::string received_;
};

class SiteOverTls : public testing::RunningSite {
 protected:
  [[nodiscard]] TlsClient connect() const { return TlsClient(*server_->addresses().https); }
};

constexpr std::string_view kGetHome = "GET / HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n";

TEST_F(SiteOverTls, speaks_tls_13_and_http_11_under_its_name) {
  start();
  auto client = connect();
  client.offer(std::string(kHttp2).append(kHttp11));
  const auto error = client.handshake();
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(SSL_version(client.native()), TLS1_3_VERSION);
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.native(), &chosen, &size);
  EXPECT_EQ(std::string(chosen, chosen + size), "http/1.1");
  client.send(kGetHome);
  std::string page;
  EXPECT_EQ(client.read_to_end(page), asio::error::eof);
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, EndsWith("</p>\n"));
}

TEST_F(SiteOverTls, serves_one_who_offers_no_protocol) {
  start();
  auto client = connect();
  ASSERT_FALSE(client.handshake());
  client.send(kGetHome);
  EXPECT_THAT(client.read_to("\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(SiteOverTls, is_not_trusted_under_another_name) {
  start();
  auto client = connect();
  SSL_set1_host(client.native(), "other.example");
  EXPECT_TRUE(client.handshake());
}

TEST_F(SiteOverTls, refuses_tls_12_and_clients_of_http_2_only) {
  start();
  auto old = connect();
  SSL_set_max_proto_version(old.native(), TLS1_2_VERSION);
  EXPECT_TRUE(old.handshake());
  auto http2 = connect();
  http2.offer(kHttp2);
  EXPECT_TRUE(http2.handshake());
}

TEST_F(SiteOverTls, downloads_and_uploads_on_one_connection) {
  start();
  auto client = connect();
  ASSERT_FALSE(client.handshake());
  base::Bytes expected(1'000'003);
  fill_pattern(0, expected);
  client.send("GET /bytes/1000003 HTTP/1.1\r\nHost: site.example\r\n\r\n");
  client.read_to("\r\n\r\n");
  // Up to the end of the body: its last bytes mark it.
  const auto body = client.read_to(base::text_of(std::span(expected).last(16)));
  EXPECT_TRUE(body == base::text_of(expected));
  client.send("POST /upload HTTP/1.1\r\nHost: site.example\r\nContent-Length: 1000003\r\n\r\n" + body);
  EXPECT_THAT(client.read_to("}\n"), HasSubstr("{\"bytes\":1000003,\"is_pattern\":true}"));
}

TEST_F(SiteOverTls, echoes_websocket_messages) {
  start();
  auto client = connect();
  ASSERT_FALSE(client.handshake());
  client.send(
      "GET /websocket HTTP/1.1\r\nHost: site.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_THAT(client.read_to("\r\n\r\n"), StartsWith("HTTP/1.1 101 "));
  client.send("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");  // RFC 6455 §5.7
  EXPECT_EQ(client.read_to("Hello"), "\x81\x05Hello");
}

TEST_F(SiteOverTls, closes_on_one_who_does_not_finish_the_handshake) {
  start({.handshake = std::chrono::milliseconds(100)});
  Client silent(*server_->addresses().https);
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(SiteOverTls, answers_plain_http_with_an_alert) {
  start();
  Client plain(*server_->addresses().https);
  plain.send(kGetHome);
  const auto answer = plain.read_to_end();
  EXPECT_TRUE(answer.empty() || answer.front() == 0x15) << answer;
}

TEST_F(SiteOverTls, stops_with_connections_in_every_state) {
  start();
  Client before(*server_->addresses().https);
  auto idle = connect();
  ASSERT_FALSE(idle.handshake());
  auto downloading = connect();
  ASSERT_FALSE(downloading.handshake());
  downloading.send("GET /bytes/1073741824 HTTP/1.1\r\nHost: site.example\r\n\r\n");
  downloading.read_to("\r\n\r\n");
  wait_for_connections(3);
  stop();
  thread_.join();
  std::string rest;
  EXPECT_TRUE(idle.read_to_end(rest));
  EXPECT_EQ(before.read_to_end(), "");
}

TEST_F(SiteOverTls, refuses_a_certificate_that_is_none) {
  const crypto::SelfSigned nothing{
      .certificate = {}, .certificate_pem = {}, .private_key = crypto::SecretBytes({})};
  const auto started = thread_.run(
      [&] { return Server::start(thread_.io(), {.http = {}, .https = testing::kAnyPort}, nothing); });
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().is(Errc::bad_certificate));
}

}  // namespace
}  // namespace qnet::demo_site
