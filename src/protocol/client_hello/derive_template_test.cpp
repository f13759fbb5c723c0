// Templates made of the captures of tests/vectors/clienthello, held to those captures again.
#include "protocol/client_hello/derive_template.hpp"

#include <gmock/gmock.h>

#include <array>
#include <set>

#include "foundation/base/endian.hpp"
#include "protocol/client_hello/template_text.hpp"
#include "protocol/client_hello/template_toml.hpp"
#include "protocol/client_hello/testing/drawn_hellos.hpp"
#include "protocol/client_hello/testing/fingerprint.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {
namespace {

using testing::captures;
using testing::DrawnHellos;
using ::testing::HasSubstr;
using testing::normal;
using testing::parse;
using testing::sorted;

Template label() {
  Template made;
  made.name = made.title = "mine";
  made.client_flight.first_application_record = 87;
  return made;
}

const Template& builtin(std::string_view name) { return *find_template(builtin_templates(), name); }

/// An extension as texts, so that templates with other slot numbers can be compared.
std::set<std::string> extension_texts(const Template& browser) {
  std::set<std::string> texts;
  for (const auto& extension : browser.extensions) {
    auto text = part_text(extension.type, browser) + (extension.fixed ? " fixed:" : ":");
    for (const auto& item : extension.body) text += part_text(item, browser);
    texts.insert(text);
  }
  return texts;
}

DerivedTemplate derived_from(const std::string& prefix) {
  auto derived = derive_template(captures(prefix), label());
  EXPECT_TRUE(derived) << derived.error().message();
  return derived ? std::move(*derived) : DerivedTemplate{};
}

TEST(DerivedTemplate, of_chromium_is_the_built_in_one) {
  const auto [browser, notes] = derived_from("chromium-156-");
  EXPECT_EQ(extension_texts(browser), extension_texts(builtin("chromium-156")));
  EXPECT_TRUE(browser.permute);
  EXPECT_EQ(browser.distinct_grease.size(), 1U);
  EXPECT_THAT(notes, ::testing::IsEmpty());
}

TEST(DerivedTemplate, of_chromium_is_read_back_and_builds_chromiums_hellos) {
  const auto text = to_toml(derived_from("chromium-156-").browser);
  const auto browser = parse_template(text);
  ASSERT_TRUE(browser) << browser.error().message() << text;
  DrawnHellos hellos(31);
  std::set<std::size_t> ours, theirs;
  for (const auto& capture : captures("chromium-156-")) {
    const auto record = hellos.build(*browser);
    EXPECT_EQ(sorted(normal(parse(record))), sorted(normal(parse(capture))));
    theirs.insert(capture.size());
  }
  for (int n = 0; n < 100; ++n) ours.insert(hellos.build(*browser).size());
  EXPECT_EQ(ours, theirs);
}

TEST(DerivedTemplate, of_curl_is_the_built_in_one) {
  const auto browser = derived_from("curl-7.88").browser;
  EXPECT_EQ(browser.extensions, builtin("curl-7.88-openssl-3.0").extensions);
  EXPECT_EQ(browser.ciphers, builtin("curl-7.88-openssl-3.0").ciphers);
  EXPECT_FALSE(browser.permute);
}

TEST(DerivedTemplate, of_firefox_leaves_its_second_form_out_and_says_what_it_cannot_know) {
  const auto first = captures("firefox-esr-153-1").front();
  std::vector<base::Bytes> records{first};
  for (const auto& capture : captures("firefox-esr-153-")) records.push_back(capture);
  const auto derived = derive_template(records, label());
  ASSERT_TRUE(derived) << derived.error().message();
  const auto& firefox = builtin("firefox-esr-153");
  ASSERT_EQ(derived->browser.extensions.size(), firefox.extensions.size());
  // All but ECH GREASE, whose size is known for one name only.
  for (std::size_t n = 0; n + 1 < firefox.extensions.size(); ++n)
    EXPECT_EQ(derived->browser.extensions[n], firefox.extensions[n]) << n;
  EXPECT_EQ(part_text(derived->browser.extensions.back().body.back(), derived->browser), "random_vector:239");
  int left_out = 0;
  for (const auto& note : derived->notes) left_out += note.find("left out") == std::string::npos ? 0 : 1;
  EXPECT_EQ(left_out, 5);
  EXPECT_THAT(derived->notes, ::testing::Contains(HasSubstr("ech_payload")));
}

TEST(DerivedTemplate, of_one_hello_knows_that_the_groups_grease_is_the_key_shares) {
  const auto derived = derive_template({{captures("chromium-156-").front()}}, label());
  ASSERT_TRUE(derived);
  EXPECT_THAT(derived->browser.grease_slots,
              ::testing::UnorderedElementsAre("cipher", "group", "signature", "version", "extension_1",
                                              "extension_2"));
  EXPECT_THAT(derived->notes, ::testing::Contains(HasSubstr("Few captures")));
}

TEST(DerivedTemplate, refuses_what_is_no_hello_and_what_a_relay_could_not_recognise) {
  EXPECT_FALSE(derive_template({}, label()));
  EXPECT_FALSE(derive_template({{base::Bytes{22, 3, 1, 0, 1, 1}}}, label()));
  auto cut = captures("curl").front();
  cut.pop_back();
  EXPECT_FALSE(derive_template({{cut}}, label()));
}

TEST(DerivedTemplate, refuses_a_record_version_that_a_box_in_the_line_has_written) {
  for (const std::uint16_t version : std::to_array<std::uint16_t>({0x0300, 0x0305})) {
    auto hellos = captures("chromium-156-");
    for (auto& hello : hellos) base::store_be(&hello[1], version);
    const auto derived = derive_template(hellos, label());
    ASSERT_FALSE(derived) << version;
    EXPECT_THAT(derived.error().message(), HasSubstr("record version"));
  }
}

TEST(TemplateToml, reads_back_every_template) {
  for (const auto& browser : builtin_templates()) {
    const auto again = parse_template(to_toml(browser));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, browser) << browser.name;
  }
}

TEST(TemplateToml, keeps_a_strange_name_in_its_quotes) {
  auto browser = builtin("safari-26");
  browser.name = "a\"b\\c\nd";
  const auto again = parse_template(to_toml(browser));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->name, browser.name);
}

TEST(TemplateText, tells_the_fields_in_plain_words) {
  DrawnHellos hellos(32);
  const auto text = describe_template(builtin("firefox-esr-153"), hellos.random());
  for (const auto* const words :
       {"Firefox ESR 153", "t13d1617h2_86a278354501_3cbfd9057e0d", "always in this order",
        "1301 TLS_AES_128_GCM_SHA256", "0033 key_share", "a P-256 key that is not used", "one of 0001 0003",
        "6447ab086255d194909d4013b1a89e87"})
    EXPECT_THAT(text, HasSubstr(words));
  for (const auto& browser : builtin_templates())
    EXPECT_THAT(describe_template(browser, hellos.random()), HasSubstr(browser.title));
}

}  // namespace
}  // namespace qnet::client_hello
