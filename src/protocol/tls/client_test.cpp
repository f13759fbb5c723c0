#include "protocol/tls/client.hpp"

#include <gtest/gtest.h>

#include "foundation/crypto/system_random.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/testing/openssl_server.hpp"

namespace qnet::tls {
namespace {

using testing::OpensslServer;

class TlsClient : public ::testing::Test {
 protected:
  Client client(bool corrupt = false) {
    return Client::start({&client_hello::builtin_templates().front(), "www.example.com", nullptr,
                          std::chrono::system_clock::now(), corrupt},
                         random_);
  }

  /// Until neither has more to say.
  static base::Result<void> shake(Client& client, OpensslServer& server) {
    for (;;) {
      const auto out = client.take_output();
      const auto answer = server.exchange(out);
      if (answer.empty() && out.empty()) return {};
      if (auto taken = client.receive(answer); !taken) return taken;
    }
  }

  base::Result<void> result(const OpensslServer::Options& options) {
    OpensslServer server(options);
    auto connection = client();
    return shake(connection, server);
  }

  crypto::SystemRandom random_;
};

TEST_F(TlsClient, speaks_with_openssl_under_every_suite) {
  for (const auto* suite :
       {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    SCOPED_TRACE(suite);
    OpensslServer server({.suites = suite});
    auto connection = client();
    ASSERT_TRUE(shake(connection, server));
    ASSERT_TRUE(connection.established());
    EXPECT_EQ(connection.flight().alpn, "h2");
    EXPECT_EQ(connection.flight().group, client_hello::kX25519);
    EXPECT_EQ(connection.tickets(), 2U);

    const std::string long_text(40'000, 'x');
    ASSERT_TRUE(connection.write(base::bytes_of(long_text)));
    (void)server.exchange(connection.take_output());
    EXPECT_EQ(server.received(), long_text);
    ASSERT_TRUE(connection.receive(server.say("hello")));
    EXPECT_EQ(base::text_of(connection.take_plaintext()), "hello");
  }
}

TEST_F(TlsClient, exports_the_servers_keying_material) {
  for (const auto* suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"}) {
    OpensslServer server({.suites = suite});
    auto connection = client();
    ASSERT_TRUE(shake(connection, server));
    std::array<std::uint8_t, 32> theirs{};
    const std::string label = "EXPORTER-test";
    const std::array<std::uint8_t, 3> context{1, 2, 3};
    ASSERT_EQ(SSL_export_keying_material(server.ssl(), theirs.data(), theirs.size(), label.data(),
                                         label.size(), context.data(), context.size(), 1),
              1);
    const auto ours = connection.exporter(label, context, theirs.size());
    EXPECT_TRUE(std::ranges::equal(ours.view(), theirs));
  }
}

TEST_F(TlsClient, changes_its_key_before_it_is_worn) {
  Client::Config config{&client_hello::builtin_templates().front(), "www.example.com"};
  config.now = std::chrono::system_clock::now();
  config.records_per_key = 3;
  auto connection = Client::start(config, random_);
  OpensslServer server({});
  ASSERT_TRUE(shake(connection, server));
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const auto text = "text " + std::to_string(i) + ";";
    ASSERT_TRUE(connection.write(base::bytes_of(text)));
    (void)server.exchange(connection.take_output());
    all += text;
  }
  EXPECT_EQ(server.received(), all);
}

TEST_F(TlsClient, is_not_kept_busy_with_key_updates) {
  OpensslServer server({});
  auto connection = client();
  ASSERT_TRUE(shake(connection, server));
  base::Result<void> taken;
  int updates = 0;
  for (; taken && updates < 100; ++updates) {
    ASSERT_EQ(SSL_key_update(server.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(server.ssl()), 1);
    taken = connection.receive(server.drain());
  }
  EXPECT_EQ(updates, 33);
  EXPECT_TRUE(taken.error().is(Errc::too_long));
}

TEST_F(TlsClient, ignores_what_follows_the_servers_good_bye) {
  OpensslServer server({});
  auto connection = client();
  ASSERT_TRUE(shake(connection, server));
  const auto late = server.say("late");
  ASSERT_EQ(SSL_shutdown(server.ssl()), 0);
  auto bytes = server.drain();
  base::append(bytes, base::Bytes{23, 3, 3, 0, 1, 0});
  ASSERT_TRUE(connection.receive(late));
  EXPECT_TRUE(connection.receive(bytes));
  EXPECT_TRUE(connection.ended());
}

TEST_F(TlsClient, follows_a_key_update) {
  OpensslServer server({});
  auto connection = client();
  ASSERT_TRUE(shake(connection, server));
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(SSL_key_update(server.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_TRUE(connection.receive(server.say("after")));
    EXPECT_EQ(base::text_of(connection.take_plaintext()), "after");
    ASSERT_TRUE(connection.write(base::bytes_of("both")));
    (void)server.exchange(connection.take_output());
  }
  EXPECT_EQ(server.received(), "bothbothboth");
}

TEST_F(TlsClient, takes_the_flight_in_single_bytes) {
  OpensslServer server({});
  auto connection = client();
  const auto flight = server.exchange(connection.take_output());
  for (const auto byte : flight) ASSERT_TRUE(connection.receive({&byte, 1}));
  EXPECT_TRUE(connection.established());
  EXPECT_EQ(connection.flight().records, connection.seen().size());
}

TEST_F(TlsClient, tells_the_shape_of_the_flight) {
  OpensslServer server({});
  auto connection = client();
  ASSERT_TRUE(connection.receive(server.exchange(connection.take_output())));
  const auto& seen = connection.seen();
  ASSERT_EQ(connection.flight().records,
            6U);  // ServerHello, ChangeCipherSpec, EE, Cert, CertVerify, Finished
  EXPECT_EQ(seen[0].body_size, 122U);
  EXPECT_EQ(seen[1].type, client_hello::kChangeCipherSpec);
  EXPECT_EQ(connection.flight().signature_record, 4U);
  EXPECT_EQ(seen[4].body_size, connection.flight().signature_size + 2 + 2 + 4 + 1 + 16);
  EXPECT_EQ(seen[5].body_size, client_hello::finished_record_size(0x1301));
}

TEST_F(TlsClient, says_why_a_server_will_not_do) {
  const auto code = [&](const OpensslServer::Options& options) {
    const auto shaken = result(options);
    return shaken ? std::string("none") : std::string(shaken.error().message());
  };
  EXPECT_EQ(code({.highest = TLS1_2_VERSION}), describe(Errc::tls12));
  EXPECT_EQ(code({.groups = "P-384"}), describe(Errc::hello_retry));
  EXPECT_EQ(code({.ask_for_certificate = true}), describe(Errc::client_certificate));
  EXPECT_EQ(code({.name = "www.example.org"}),
            std::string(describe(crypto::CertificateErrc::wrong_name)) + ": CN = www.example.org");
  EXPECT_EQ(code({.validity = std::chrono::hours(-1)}), describe(crypto::CertificateErrc::expired));
}

TEST_F(TlsClient, sees_how_a_server_takes_a_bad_finished) {
  OpensslServer server({});
  auto connection = client(true);
  ASSERT_TRUE(connection.receive(server.exchange(connection.take_output())));
  const auto before = connection.seen().size();
  EXPECT_FALSE(connection.receive(server.exchange(connection.take_output())));
  ASSERT_EQ(connection.seen().size(), before + 1);
  EXPECT_EQ(connection.seen().back().body_size, 19U);
  EXPECT_EQ(connection.seen().back().inner, client_hello::kAlert);
}

TEST_F(TlsClient, notices_every_changed_byte_of_the_flight) {
  OpensslServer server({});
  auto original = client();
  const auto flight = server.exchange(original.take_output());
  // Each handshake is fresh, so each changed byte needs its own.
  for (std::size_t at = 0; at < flight.size(); at += 7) {
    OpensslServer fresh({});
    auto connection = client();
    auto changed = fresh.exchange(connection.take_output());
    if (at >= changed.size()) break;
    changed[at] ^= 0x40;
    const auto taken = connection.receive(changed);
    EXPECT_FALSE(taken && connection.established()) << at;
  }
}

TEST_F(TlsClient, hears_the_servers_good_bye) {
  OpensslServer server({});
  auto connection = client();
  ASSERT_TRUE(shake(connection, server));
  SSL_shutdown(server.ssl());
  ASSERT_TRUE(connection.receive(server.drain()));
  EXPECT_TRUE(connection.ended());
}

}  // namespace
}  // namespace qnet::tls
