#include "protocol/tls/ech.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "foundation/base/reader.hpp"
#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/testing/fingerprint.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/client.hpp"
#include "protocol/tls/testing/ech_list.hpp"
#include "protocol/tls/testing/openssl_server.hpp"

namespace qnet::tls {
namespace {

using testing::ech_config;
using testing::ech_list;
using testing::OpensslServer;

constexpr auto kHidden = "hidden.example.com";
constexpr auto kPublic = "public.example.net";

class Ech : public ::testing::Test {
 protected:
  Client client(const client_hello::Template& browser, base::Bytes configs, std::string name = kHidden) {
    return Client::start(
        {&browser, std::move(name), nullptr, std::chrono::system_clock::now(), false, std::move(configs)},
        random_);
  }
  [[nodiscard]] base::Bytes list(std::uint8_t maximum_name = 0) const {
    return ech_list({ech_config({.key = own_.public_key, .maximum_name = maximum_name})});
  }
  static client_hello::ClientHello parsed(base::ByteView record) {
    auto read = client_hello::parse_client_hello(record);
    EXPECT_EQ(read.status, client_hello::ClientHelloStatus::parsed);
    EXPECT_EQ(read.consumed, record.size());
    return std::move(read.hello);
  }
  static std::size_t payload_size(base::ByteView record) {
    return parsed(record).extension(kEchExtension).value().size() - 42;
  }

  base::testing::SeededRandom random_{1};
  crypto::X25519KeyPair own_ = crypto::X25519KeyPair::generate(random_);
};

std::vector<const client_hello::Template*> browsers_with_ech() {
  std::vector<const client_hello::Template*> found;
  for (const auto& browser : client_hello::builtin_templates())
    if (sends_ech(browser)) found.push_back(&browser);
  return found;
}

TEST_F(Ech, leaves_the_hello_the_browsers_own_field_by_field) {
  ASSERT_GE(browsers_with_ech().size(), 2U);
  for (const auto* browser : browsers_with_ech()) {
    SCOPED_TRACE(browser->name);
    for (int i = 0; i < 20; ++i) {
      const auto real = client(*browser, list()).take_output();
      const auto grease = client(*browser, {}, kPublic).take_output();
      auto ours = client_hello::testing::normal(parsed(real)),
           browsers = client_hello::testing::normal(parsed(grease));
      if (browser->permute) {
        ours = sorted(ours);
        browsers = sorted(browsers);
      }
      EXPECT_EQ(ours.extensions, browsers.extensions);
      EXPECT_EQ(ours, browsers);
      EXPECT_EQ(client_hello::ja4(parsed(real)), client_hello::ja4(parsed(grease)));
      EXPECT_EQ(client_hello::ja3(parsed(real), client_hello::ExtensionOrder::sorted),
                client_hello::ja3(parsed(grease), client_hello::ExtensionOrder::sorted));
    }
  }
}

TEST_F(Ech, shows_the_public_name_alone) {
  for (const auto* browser : browsers_with_ech()) {
    const auto record = client(*browser, list()).take_output();
    EXPECT_EQ(parsed(record).server_name(), kPublic);
    EXPECT_EQ(base::text_of(record).find(kHidden), std::string_view::npos);
  }
}

TEST_F(Ech, has_a_payload_of_one_of_the_lengths_that_the_browsers_grease_has) {
  const auto* chromium = client_hello::find_template(client_hello::builtin_templates(), "chromium-156");
  for (const std::uint8_t maximum : std::initializer_list<std::uint8_t>{0, 32, 64, 100}) {
    const auto size = payload_size(client(*chromium, list(maximum)).take_output());
    EXPECT_TRUE(size == 144 || size == 176 || size == 208 || size == 240) << size;
  }
  // NSS's GREASE is as long as its own hello would be for a configuration with a maximum of 100.
  const auto* firefox = client_hello::find_template(client_hello::builtin_templates(), "firefox-esr-153");
  for (const std::size_t length : {4U, 60U, 104U, 105U, 137U, 200U}) {
    const auto name = std::string(length - 3, 'a') + ".de";
    const auto grease = client(*firefox, {}, name).take_output();
    EXPECT_EQ(payload_size(client(*firefox, list(100), name).take_output()), payload_size(grease)) << length;
  }
}

TEST_F(Ech, does_not_tell_the_length_of_a_name_that_is_no_longer_than_the_configuration_says) {
  for (const auto* browser : browsers_with_ech()) {
    const auto longest = payload_size(client(*browser, list(50), std::string(50, 'a')).take_output());
    for (std::size_t length = 1; length < 50; ++length)
      ASSERT_EQ(payload_size(client(*browser, list(50), std::string(length, 'a')).take_output()), longest);
  }
}

/// The sealed hello, with what it shares with the outer one put in where it is named (RFC 9849 §5.1).
base::Bytes decoded(base::ByteView encoded, const client_hello::ClientHello& outer) {
  base::Reader reader(encoded);
  base::Bytes hello;
  base::append(hello, *reader.take(2 + client_hello::kRandomSize));
  EXPECT_EQ(reader.integer<std::uint8_t>(), 0);
  hello.push_back(32);
  base::append(hello, outer.session_id);
  const auto suites = reader.vector<std::uint16_t>().value();
  client_hello::append_integer(hello, static_cast<std::uint16_t>(suites.size()));
  base::append(hello, suites);
  base::append(hello, *reader.take(2));
  base::Bytes extensions;
  base::Reader list(reader.vector<std::uint16_t>().value());
  const auto put = [&](std::uint16_t type, base::ByteView body) {
    client_hello::append_integer(extensions, type);
    client_hello::append_integer(extensions, static_cast<std::uint16_t>(body.size()));
    base::append(extensions, body);
  };
  while (!list.empty()) {
    const auto type = list.integer<std::uint16_t>().value();
    const auto body = list.vector<std::uint16_t>().value();
    if (type != 0xfd00) {
      put(type, body);
      continue;
    }
    for (base::Reader named(body.subspan(1)); !named.empty();) {
      const auto shared = named.integer<std::uint16_t>().value();
      put(shared, outer.extension(shared).value());
    }
  }
  client_hello::append_integer(hello, static_cast<std::uint16_t>(extensions.size()));
  base::append(hello, extensions);
  for (; !reader.empty();) EXPECT_EQ(reader.integer<std::uint8_t>(), 0);
  return hello;
}

TEST_F(Ech, seals_what_decodes_to_the_inner_hello) {
  const auto configs = list();
  for (const auto* browser : browsers_with_ech()) {
    SCOPED_TRACE(browser->name);
    const auto kem = crypto::MlKemKeyPair::generate(random_);
    const client_hello::HelloInputs inputs{kPublic, own_.public_key, own_.public_key, &kem.public_key};
    const auto hello = client_hello::build_client_hello(*browser, inputs, random_);
    auto seal = prepare_ech(configs, random_);
    ASSERT_TRUE(seal);
    const auto hellos = seal_hello(hello.record, kHidden, ech_dialect(*browser), *seal, random_);

    const auto outer = parsed(hellos.outer);
    const auto extension = outer.extension(kEchExtension).value();
    const auto payload = extension.subspan(42);
    auto ad = hellos.outer;
    std::fill_n(ad.begin() + (payload.data() - hellos.outer.data()), payload.size(), std::uint8_t{0});
    base::Bytes info{'t', 'l', 's', ' ', 'e', 'c', 'h', 0};
    base::append(info, base::ByteView(configs).subspan(2));
    crypto::X25519Public enc{};
    std::ranges::copy(extension.subspan(8, 32), enc.begin());
    auto receiver = crypto::hpke_receiver(1, enc, own_, info).value();
    base::Bytes encoded;
    ASSERT_TRUE(receiver.open(base::ByteView(ad).subspan(9), payload, encoded));
    EXPECT_EQ(decoded(encoded, outer), base::Bytes(hellos.inner.begin() + 4, hellos.inner.end()));

    base::Bytes record;
    client_hello::append_record_header(record, client_hello::kHandshake, hellos.inner.size());
    base::append(record, hellos.inner);
    const auto inner = parsed(record);
    EXPECT_EQ(inner.server_name(), kHidden);
    EXPECT_EQ(base::to_hex(inner.extension(kEchExtension).value()), "01");
    EXPECT_TRUE(inner.offers_tls13());
    EXPECT_FALSE(std::ranges::equal(inner.random, outer.random));
    for (const std::uint16_t old : std::initializer_list<std::uint16_t>{0x0017, 0xff01, 0x000b, 0x0023})
      EXPECT_FALSE(inner.extension(old)) << old;
  }
}

TEST_F(Ech, is_not_offered_by_browsers_that_know_none_or_for_lists_of_no_use) {
  const auto& chromium = client_hello::builtin_templates().front();
  ASSERT_TRUE(client(chromium, list()).ech_offered());
  const auto low_order = ech_list({ech_config({.key = {}})});
  for (const auto& useless : {base::Bytes{}, base::Bytes{0, 0}, base::Bytes{1, 2, 3}, low_order}) {
    auto connection = client(chromium, useless);
    EXPECT_FALSE(connection.ech_offered());
    EXPECT_EQ(parsed(connection.take_output()).server_name(), kHidden);
  }
  for (const auto& browser : client_hello::builtin_templates()) {
    if (sends_ech(browser)) continue;
    auto connection = client(browser, list());
    EXPECT_FALSE(connection.ech_offered());
    EXPECT_FALSE(parsed(connection.take_output()).extension(kEchExtension)) << browser.name;
  }
}

TEST_F(Ech, is_rejected_by_a_server_that_knows_none) {
  OpensslServer server({.name = kPublic});
  auto connection = client(client_hello::builtin_templates().front(), list());
  const auto taken = connection.receive(server.exchange(connection.take_output()));
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is(Errc::ech_rejected));
  EXPECT_FALSE(connection.established());
  EXPECT_TRUE(connection.retry_configs().empty());
  (void)server.exchange(connection.take_output());
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_AD_REASON_OFFSET + 121);  // ech_required
  ERR_clear_error();
  EXPECT_FALSE(connection.receive(
      base::Bytes{23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
}

TEST_F(Ech, is_no_excuse_for_a_certificate_of_the_hidden_name) {
  OpensslServer server({.name = kHidden});
  auto connection = client(client_hello::builtin_templates().front(), list());
  const auto taken = connection.receive(server.exchange(connection.take_output()));
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is(crypto::CertificateErrc::wrong_name));
}

TEST(EncryptedExtensions, hold_a_well_formed_list_of_configurations_or_none) {
  const auto with = [](const base::Bytes& body) {
    base::Bytes message;
    client_hello::append_integer(message, static_cast<std::uint16_t>(body.size() + 4));
    client_hello::append_integer(message, kEchExtension);
    client_hello::append_integer(message, static_cast<std::uint16_t>(body.size()));
    base::append(message, body);
    return read_encrypted_extensions(message);
  };
  const auto good = ech_list({ech_config({})});
  EXPECT_EQ(with(good)->ech_configs, good);
  EXPECT_FALSE(with({}));
  EXPECT_FALSE(with(base::Bytes(good.begin(), good.end() - 1)));
}

}  // namespace
}  // namespace qnet::tls
