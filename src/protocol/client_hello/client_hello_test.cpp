#include "protocol/client_hello/client_hello.hpp"

#include <gtest/gtest.h>

#include "protocol/client_hello/testing/fingerprint.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {
namespace {

using Status = ClientHelloStatus;
using testing::captures;

Status status_of(base::ByteView bytes) { return parse_client_hello(bytes).status; }

base::Bytes openssl_hello() { return captures("openssl-s_client").front(); }

TEST(ClientHelloParser, reads_every_captured_browser) {
  for (const auto& capture : captures("")) {
    const auto parsed = parse_client_hello(capture);
    ASSERT_EQ(parsed.status, Status::parsed);
    EXPECT_EQ(parsed.consumed, capture.size());
    EXPECT_EQ(parsed.hello.server_name(), "www.example.com");
    EXPECT_TRUE(parsed.hello.offers_tls13());
    EXPECT_EQ(parsed.hello.session_id.size(), 32U);
    ASSERT_TRUE(parsed.hello.key_share(kX25519));
    EXPECT_EQ(parsed.hello.key_share(kX25519)->size(), 32U);
  }
}

TEST(ClientHelloParser, gives_the_fingerprints_that_others_give) {
  const auto ja4_of = [](const std::string& name) {
    const auto capture = captures(name).front();
    return ja4(parse_client_hello(capture).hello);
  };
  EXPECT_EQ(ja4_of("curl-7.88"), "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6");
  EXPECT_EQ(ja4_of("openssl-s_client"), "t13d311000_e8f1e7e78f70_1f22a2ca17c4");
  EXPECT_EQ(ja4_of("firefox-esr-153-1"), "t13d1617h2_86a278354501_3cbfd9057e0d");
}

TEST(ClientHelloParser, waits_for_the_rest_of_a_hello) {
  for (const auto& capture : captures("")) {
    for (std::size_t size = 0; size < capture.size(); ++size)
      ASSERT_EQ(status_of(base::ByteView(capture).first(size)), Status::need_more) << size;
  }
}

TEST(ClientHelloParser, tells_other_protocols_at_their_first_strange_byte) {
  EXPECT_EQ(status_of(base::bytes_of("G")), Status::not_client_hello);
  EXPECT_EQ(status_of(base::bytes_of("SSH-2.0")), Status::not_client_hello);
  EXPECT_EQ(status_of(base::Bytes{0x16, 0x02}), Status::not_client_hello);
  EXPECT_EQ(status_of(base::Bytes{0x17, 0x03, 0x03}), Status::not_client_hello);
  EXPECT_EQ(status_of(base::Bytes{0x80, 0x2e, 0x01}), Status::not_client_hello);
  // A record of another handshake message, and one over the limit of RFC 8446 §5.1.
  EXPECT_EQ(status_of(base::Bytes{0x16, 0x03, 0x01, 0x00, 0x40, 0x02}), Status::not_client_hello);
  EXPECT_EQ(status_of(base::Bytes{0x16, 0x03, 0x01, 0x40, 0x01}), Status::not_client_hello);
}

TEST(ClientHelloParser, refuses_lengths_that_do_not_add_up) {
  // Every length field of a hello: of the message, session id, ciphers, compression, and the extensions
  // together.
  const auto whole = openssl_hello();
  const auto hello = parse_client_hello(whole).hello;
  const auto ciphers = static_cast<std::size_t>(hello.cipher_suites.data() - whole.data());
  const std::size_t fields[] = {8, 43, ciphers - 1, ciphers + hello.cipher_suites.size(),
                                ciphers + hello.cipher_suites.size() + 3};
  for (const auto field : fields) {
    for (const int change : {-1, 1, 2, 100}) {
      auto broken = whole;
      broken[field] = static_cast<std::uint8_t>(broken[field] + change);
      EXPECT_EQ(status_of(broken), Status::not_client_hello) << field << " " << change;
    }
  }
}

TEST(ClientHelloParser, survives_every_changed_byte) {
  for (const auto& original : {openssl_hello(), captures("chromium-156-1.").front()}) {
    for (std::size_t at = 0; at < original.size(); ++at) {
      for (const int change : {1, 0x80, 0xff}) {
        auto broken = original;
        broken[at] = static_cast<std::uint8_t>(broken[at] ^ change);
        const auto parsed = parse_client_hello(broken);
        if (parsed.status != Status::parsed) continue;
        (void)parsed.hello.server_name();
        (void)parsed.hello.key_share(kX25519);
        (void)parsed.hello.key_share(kX25519MlKem768);
        (void)parsed.hello.offers_tls13();
      }
    }
  }
}

}  // namespace
}  // namespace qnet::client_hello
