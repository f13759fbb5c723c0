#include "foundation/crypto/self_signed.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using namespace std::chrono_literals;
using Certificate = std::unique_ptr<X509, openssl::Deleter<X509_free>>;

const auto kFrom = std::chrono::system_clock::from_time_t(1'750'000'000);

Certificate parse(const base::Bytes& der) {
  const auto* at = der.data();
  return Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

openssl::Key parse_key(base::ByteView der) {
  const auto* at = der.data();
  return openssl::Key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
}

bool is_for_host(X509& certificate, std::string_view host) {
  return X509_check_host(&certificate, host.data(), host.size(), 0, nullptr) == 1;
}

TEST(SelfSigned, is_signed_by_its_own_key) {
  const std::vector<std::string> names{"site.example"};
  const auto made = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(made);
  const auto certificate = parse(made->certificate);
  const auto key = parse_key(made->private_key.view());
  ASSERT_TRUE(certificate && key);
  EXPECT_EQ(X509_check_private_key(certificate.get(), key.get()), 1);
  EXPECT_EQ(X509_verify(certificate.get(), key.get()), 1);
  EXPECT_EQ(EVP_PKEY_get_bits(key.get()), 256);
}

TEST(SelfSigned, names_every_host_and_address_given_and_no_other) {
  const std::vector<std::string> names{"site.example", "localhost", "127.0.0.1", "::1"};
  const auto made = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(made);
  const auto certificate = parse(made->certificate);
  ASSERT_TRUE(certificate);
  EXPECT_TRUE(is_for_host(*certificate, "site.example"));
  EXPECT_TRUE(is_for_host(*certificate, "localhost"));
  EXPECT_FALSE(is_for_host(*certificate, "other.example"));
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_NE(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 1);
}

TEST(SelfSigned, is_valid_for_the_time_given) {
  const std::vector<std::string> names{"site.example"};
  const auto made = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(made);
  const auto certificate = parse(made->certificate);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate.get()), 1'750'000'000), 0);
  EXPECT_EQ(ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate.get()), 1'750'086'400), 0);
}

TEST(SelfSigned, is_no_authority_and_may_only_serve_tls) {
  const std::vector<std::string> names{"site.example"};
  const auto made = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(made);
  const auto certificate = parse(made->certificate);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(X509_check_ca(certificate.get()), 0);
  EXPECT_EQ(X509_get_key_usage(certificate.get()), static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE));
  EXPECT_EQ(X509_get_extended_key_usage(certificate.get()), static_cast<std::uint32_t>(XKU_SSL_SERVER));
}

TEST(SelfSigned, differs_each_time) {
  const std::vector<std::string> names{"site.example"};
  const auto one = self_signed(names, kFrom, kFrom + 24h);
  const auto two = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(one && two);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(parse(one->certificate).get()),
                             X509_get0_serialNumber(parse(two->certificate).get())),
            0);
  EXPECT_FALSE(std::ranges::equal(one->private_key.view(), two->private_key.view()));
}

TEST(SelfSigned, gives_the_same_certificate_as_pem) {
  const std::vector<std::string> names{"site.example"};
  const auto made = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->certificate_pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_TRUE(made->certificate_pem.ends_with("-----END CERTIFICATE-----\n"));
}

TEST(SelfSigned, refuses_what_is_no_name) {
  const std::array refused{std::string(""),
                           std::string("a b"),
                           std::string("site.example,DNS:evil"),
                           std::string("-x.example"),
                           std::string("a..b"),
                           std::string("site.example."),
                           std::string(64, 'a'),
                           std::string("a\0b", 3),
                           std::string("naïve.example"),
                           std::string("127.0.0.1\0", 10)};
  for (const auto& name : refused) {
    const std::vector<std::string> names{"site.example", name};
    EXPECT_FALSE(self_signed(names, kFrom, kFrom + 24h)) << name;
  }
  EXPECT_FALSE(self_signed({}, kFrom, kFrom + 24h));
}

TEST(SelfSigned, refuses_an_empty_validity) {
  const std::vector<std::string> names{"site.example"};
  EXPECT_FALSE(self_signed(names, kFrom, kFrom));
}

TEST(SelfSigned, shortens_a_common_name_over_64_bytes_but_not_the_alternative_name) {
  const std::vector<std::string> names{std::string(60, 'a') + ".site.example"};
  const auto made = self_signed(names, kFrom, kFrom + 24h);
  ASSERT_TRUE(made);
  EXPECT_TRUE(is_for_host(*parse(made->certificate), names.front()));
}

}  // namespace
}  // namespace qnet::crypto
