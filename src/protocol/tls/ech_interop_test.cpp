// Encrypted Client Hello against BoringSSL's server.
#include <cstring>

#include <gtest/gtest.h>

#include "foundation/crypto/system_random.hpp"
#include "protocol/tls/testing/boringssl_server.hpp"

namespace qnet::tls {
namespace {

using testing::BoringsslServer;
using testing::config_list;
using testing::EchKey;

constexpr auto kHidden = "hidden.example.com";

/// With every browser that sends ECH.
class EchWithBoringssl : public ::testing::TestWithParam<const char*> {
 protected:
  Client client(base::Bytes configs) {
    const auto* browser = client_hello::find_template(client_hello::builtin_templates(), GetParam());
    return Client::start(
        {browser, kHidden, nullptr, std::chrono::system_clock::now(), false, std::move(configs)}, random_);
  }
  static EchKey key(int id, char digit = '5') { return {.secret = std::string(64, digit), .id = id}; }

  void expect_accepted(const EchKey& held, base::Bytes configs) {
    BoringsslServer server(kHidden, &held);
    auto connection = client(std::move(configs));
    const auto shaken = server.shake(connection);
    ASSERT_TRUE(shaken) << shaken.error().message();
    EXPECT_TRUE(connection.ech_accepted());
    EXPECT_TRUE(connection.retry_configs().empty());
    EXPECT_EQ(server.echo(connection, "both ways"), "both ways");
    EXPECT_EQ(server.report(), "name=hidden.example.com accepted=1 shaken=1\nend=closed\n");
  }

  /// The configurations to retry with.
  base::Bytes expect_rejected(const EchKey* held, base::Bytes configs) {
    BoringsslServer server("public.example.net", held);
    auto connection = client(std::move(configs));
    EXPECT_TRUE(connection.ech_offered());
    const auto shaken = server.shake(connection);
    EXPECT_FALSE(shaken);
    EXPECT_TRUE(!shaken && shaken.error().is(Errc::ech_rejected));
    EXPECT_FALSE(connection.ech_accepted());
    EXPECT_FALSE(connection.established());
    EXPECT_EQ(server.report(), "name=public.example.net accepted=0 shaken=1\nend=TLSV1_ALERT_ECH_REQUIRED\n");
    return connection.retry_configs();
  }

  crypto::SystemRandom random_;
};

TEST_P(EchWithBoringssl, is_accepted_and_the_server_sees_the_inner_name) {
  expect_accepted(key(7), config_list(key(7)));
}

TEST_P(EchWithBoringssl, is_accepted_however_long_the_name_may_be) {
  for (const int maximum : {1, 64, 255}) {
    auto padded = key(7);
    padded.maximum_name = maximum;
    expect_accepted(padded, config_list(padded));
  }
}

TEST_P(EchWithBoringssl, is_rejected_with_an_old_key_and_accepted_with_the_configs_that_come_back) {
  const auto now = key(8, '6');
  auto configs = expect_rejected(&now, config_list(key(7)));
  EXPECT_EQ(configs, config_list(now));
  expect_accepted(now, std::move(configs));
}

TEST_P(EchWithBoringssl, is_rejected_with_another_key_of_the_same_id) {
  const auto right = key(7, '6');
  EXPECT_EQ(expect_rejected(&right, config_list(key(7))), config_list(right));
}

TEST_P(EchWithBoringssl, is_rejected_without_configs_by_a_server_that_has_no_keys) {
  EXPECT_EQ(expect_rejected(nullptr, config_list(key(7))), base::Bytes{});
}

TEST_P(EchWithBoringssl, rejected_for_a_name_that_is_not_the_public_one_is_not_to_be_retried) {
  const auto other = key(8, '6');
  BoringsslServer server(kHidden, &other);
  auto connection = client(config_list(key(7)));
  const auto shaken = server.shake(connection);
  ASSERT_FALSE(shaken);
  EXPECT_TRUE(shaken.error().is(crypto::CertificateErrc::wrong_name)) << shaken.error().message();
  EXPECT_TRUE(connection.retry_configs().empty());
}

TEST_P(EchWithBoringssl, that_is_grease_is_ignored) {
  const auto held = key(7);
  BoringsslServer server(kHidden, &held);
  auto connection = client({});
  ASSERT_TRUE(server.shake(connection));
  EXPECT_FALSE(connection.ech_offered());
  EXPECT_FALSE(connection.ech_accepted());
  EXPECT_TRUE(connection.retry_configs().empty());
  EXPECT_EQ(server.echo(connection, "both ways"), "both ways");
  EXPECT_EQ(server.report(), "name=hidden.example.com accepted=0 shaken=1\nend=closed\n");
}

INSTANTIATE_TEST_SUITE_P(Browsers, EchWithBoringssl,
                         ::testing::Values("chromium-156", "edge-156", "firefox-esr-153"),
                         [](const auto& test) {
                           return std::string(test.param, std::strcspn(test.param, "-"));
                         });

}  // namespace
}  // namespace qnet::tls
