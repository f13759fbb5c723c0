// Is what we send what the browsers send? Held against the captures and recordings of
// tests/vectors/clienthello.
#include "protocol/client_hello/client_hello_builder.hpp"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include <set>

#include "foundation/crypto/testing/vector_file.hpp"
#include "protocol/client_hello/fingerprint.hpp"
#include "protocol/client_hello/testing/drawn_hellos.hpp"
#include "protocol/client_hello/testing/fingerprint.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {
namespace {

using testing::captures;
using testing::DrawnHellos;
using testing::normal;
using testing::Normal;
using testing::parse;
using testing::sorted;

const Template& named(std::string_view name) {
  const auto* const found = find_template(builtin_templates(), name);
  if (found == nullptr) throw std::runtime_error("no template of that name");
  return *found;
}

struct Live {
  const char* browser;
  const char* prefix;  ///< of its captures
  const char* ja4;
};

void PrintTo(const Live& live, std::ostream* out) { *out << live.browser; }

class LiveBrowser : public ::testing::TestWithParam<Live> {
 protected:
  const Template& browser = named(GetParam().browser);
  DrawnHellos hellos{5};
};

TEST_P(LiveBrowser, has_the_ja4_of_every_capture) {
  const auto ours = hellos.build(browser);
  EXPECT_EQ(ja4(parse(ours)), GetParam().ja4);
  for (const auto& capture : captures(GetParam().prefix)) EXPECT_EQ(ja4(parse(capture)), GetParam().ja4);
}

TEST_P(LiveBrowser, has_the_ja3_of_every_capture) {
  const auto record = hellos.build(browser);
  const auto order = browser.permute ? ExtensionOrder::sorted : ExtensionOrder::sent;
  for (const auto& capture : captures(GetParam().prefix))
    EXPECT_EQ(ja3_text(parse(record), order), ja3_text(parse(capture), order));
}

TEST_P(LiveBrowser, equals_every_capture_field_by_field) {
  for (const auto& capture : captures(GetParam().prefix)) {
    const auto record = hellos.build(browser);
    const auto ours = normal(parse(record)), theirs = normal(parse(capture));
    EXPECT_EQ(ours.record_version, theirs.record_version);
    EXPECT_EQ(ours.ciphers, theirs.ciphers);
    if (browser.permute)
      EXPECT_EQ(sorted(ours).extensions, sorted(theirs).extensions);
    else
      EXPECT_EQ(ours.extensions, theirs.extensions);
  }
}

TEST_P(LiveBrowser, has_no_length_that_it_was_not_seen_with) {
  std::set<std::size_t> ours, theirs;
  for (int n = 0; n < 200; ++n) ours.insert(hellos.build(browser).size());
  for (const auto& capture : captures(GetParam().prefix)) theirs.insert(capture.size());
  EXPECT_EQ(ours, theirs);
}

INSTANTIATE_TEST_SUITE_P(
    Templates, LiveBrowser,
    ::testing::Values(Live{"chromium-156", "chromium-156-", "t13d1517h2_8daaf6152771_cb7bf5808d99"},
                      Live{"edge-156", "chromium-156-", "t13d1517h2_8daaf6152771_cb7bf5808d99"},
                      // The later captures are Firefox's second form; see the template.
                      Live{"firefox-esr-153", "firefox-esr-153-1", "t13d1617h2_86a278354501_3cbfd9057e0d"},
                      Live{"firefox-esr-153", "firefox-esr-153-2", "t13d1617h2_86a278354501_3cbfd9057e0d"},
                      Live{"firefox-esr-153", "firefox-esr-153-3", "t13d1617h2_86a278354501_3cbfd9057e0d"},
                      Live{"curl-7.88-openssl-3.0", "curl-7.88", "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6"}),
    [](const auto& test) {
      auto name = std::string(test.param.browser) + "_" + std::to_string(test.index);
      std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
      return name;
    });

/// A recording in `normal` form; a body that it does not hold is taken from `ours`.
Normal recorded(const std::string& file, const Normal& ours) {
  const auto data = crypto::testing::load_vectors("clienthello/" + file + ".json");
  const auto number = [](const boost::json::value& hex) {
    return static_cast<std::uint16_t>(std::stoul(std::string(hex.as_string()), nullptr, 16));
  };
  Normal result{number(data.at("record_version")), {}, {}};
  for (const auto& cipher : data.at("ciphers").as_array()) result.ciphers.push_back(number(cipher));
  for (const auto& extension : data.at("extensions").as_array()) {
    auto line = std::string(extension.at("type").as_string()) + ": ";
    if (const auto* const body = extension.at("body").if_string()) {
      line += *body;
    } else {
      const auto same =
          std::ranges::find_if(ours.extensions, [&](const auto& e) { return e.starts_with(line); });
      if (same != ours.extensions.end()) line = *same;
    }
    result.extensions.push_back(line);
  }
  return result;
}

TEST(RecordedBrowser, safari_is_equalled_field_by_field_and_in_order) {
  DrawnHellos hellos(6);
  for (const auto& [name, file] :
       {std::pair("safari-26", "safari-26-macos"), std::pair("safari-ios-26", "safari-26-ios")}) {
    for (int n = 0; n < 20; ++n) {
      const auto record = hellos.build(named(name));
      const auto ours = normal(parse(record));
      EXPECT_EQ(ours, recorded(file, ours)) << name;
      EXPECT_EQ(parse(record).session_id.size(), 32U);
    }
  }
}

std::vector<std::string> only_in(const Normal& left, const Normal& right) {
  std::vector<std::string> extensions;
  std::ranges::set_difference(sorted(left).extensions, sorted(right).extensions,
                              std::back_inserter(extensions));
  return extensions;
}

TEST(RecordedBrowser, chrome_150_differs_from_ours_in_what_chromium_156_brought_alone) {
  DrawnHellos hellos(7);
  const auto record = hellos.build(named("chromium-156"));
  const auto ours = normal(parse(record)), theirs = recorded("chrome-150-macos", ours);
  EXPECT_EQ(ours.record_version, theirs.record_version);
  EXPECT_EQ(ours.ciphers, theirs.ciphers);
  // GREASE in signature_algorithms, and trust_anchors.
  EXPECT_THAT(only_in(theirs, ours),
              ::testing::ElementsAre("000d: 00160904090509060403080404010503080505010806"
                                     "0601"));
  EXPECT_THAT(only_in(ours, theirs),
              ::testing::ElementsAre("000d: 00180a0a090409050906040308040401050308050501080606"
                                     "01",
                                     ::testing::StartsWith("ca34: 00b8")));
}

TEST(RecordedBrowser, edge_120_differs_from_ours_in_what_later_chromiums_brought_alone) {
  DrawnHellos hellos(8);
  const auto record = hellos.build(named("edge-156"));
  const auto ours = normal(parse(record)), theirs = recorded("edge-120-linux", ours);
  EXPECT_EQ(ours.ciphers, theirs.ciphers);
  // Groups and shares without ML-KEM, the old code point of application_settings, no ML-DSA, and padding,
  // which a hello of this length has no need of.
  EXPECT_THAT(
      only_in(theirs, ours),
      ::testing::ElementsAre("000a: 00080a0a001d00170018", "000d: 001004030804040105030805050108060601",
                             "0015: ", "0033: 0a0a/1 001d/32", "4469: 0003026832"));
  EXPECT_THAT(only_in(ours, theirs),
              ::testing::ElementsAre(::testing::StartsWith("000a"), ::testing::StartsWith("000d"),
                                     ::testing::StartsWith("0033"), "44cd: 0003026832",
                                     ::testing::StartsWith("ca34")));
}

class EveryTemplate : public ::testing::TestWithParam<std::string> {
 protected:
  const Template& browser = named(GetParam());
};

TEST_P(EveryTemplate, puts_the_keys_where_noise_looks_for_them) {
  base::testing::SeededRandom random(9);
  const auto kem = crypto::MlKemKeyPair::generate(random);
  HelloInputs inputs{"www.example.com", {}, {}, &kem.public_key};
  inputs.ephemeral.fill(1);
  inputs.separate.fill(2);
  const auto built = build_client_hello(browser, inputs, random);
  const auto hello = parse(built.record);
  EXPECT_EQ(hello.session_id_offset, built.session_id_offset);
  EXPECT_EQ(base::Bytes(hello.session_id.begin(), hello.session_id.end()), base::Bytes(32));
  EXPECT_EQ(hello.server_name(), "www.example.com");
  EXPECT_TRUE(hello.offers_tls13());
  const auto plain = hello.key_share(kX25519);
  ASSERT_TRUE(plain && plain->size() == 32);
  EXPECT_EQ(plain->front(), browser.has<part::SeparateX25519>() ? 2 : 1);
  if (!browser.has<part::MlKem>()) return;
  const auto hybrid = hello.key_share(kX25519MlKem768);
  ASSERT_TRUE(hybrid && hybrid->size() == 1216);
  EXPECT_TRUE(std::ranges::equal(hybrid->first(1184), kem.public_key));
  EXPECT_TRUE(std::ranges::equal(hybrid->subspan(1184), inputs.ephemeral));
}

TEST_P(EveryTemplate, never_repeats_a_random_field) {
  DrawnHellos hellos(10);
  std::set<std::string> seen;
  for (int n = 0; n < 100; ++n) {
    const auto record = hellos.build(browser);
    seen.insert(base::to_hex(parse(record).random));
  }
  EXPECT_EQ(seen.size(), 100U);
}

INSTANTIATE_TEST_SUITE_P(Templates, EveryTemplate, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& browser : builtin_templates()) names.push_back(browser.name);
                           return names;
                         }()),
                         [](const auto& test) {
                           auto name = test.param;
                           std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

TEST(FirefoxHello, ech_grease_grows_with_the_name_as_measured) {
  // Firefox 153.7.0esr with names of these lengths, on loopback.
  DrawnHellos hellos(11);
  for (const auto& [name, payload] : {std::pair(4, 239),
                                      {15, 239},
                                      {100, 239},
                                      {104, 239},
                                      {105, 271},
                                      {109, 271},
                                      {136, 271},
                                      {137, 303},
                                      {166, 303},
                                      {170, 335},
                                      {230, 367}}) {
    const auto record =
        hellos.build(named("firefox-esr-153"), std::string(static_cast<std::size_t>(name), 'a'));
    const auto ech = *parse(record).extension(0xfe0d);
    EXPECT_EQ(base::load_be<std::uint16_t>(ech.data() + 40), payload) << name;
    EXPECT_EQ(ech.size(), 42U + static_cast<std::size_t>(payload));
  }
}

TEST(FirefoxHello, has_a_new_p256_point_in_each) {
  DrawnHellos hellos(12);
  std::set<std::string> points;
  for (int n = 0; n < 10; ++n) {
    const auto record = hellos.build(named("firefox-esr-153"));
    const auto share = parse(record).key_share(0x0017);
    ASSERT_TRUE(share && share->size() == 65);
    EXPECT_EQ(share->front(), 4);
    points.insert(base::to_hex(*share));
  }
  EXPECT_EQ(points.size(), 10U);
}

TEST(PaddedHello, is_512_bytes_until_the_name_fills_it_and_then_has_no_padding) {
  // OpenSSL 3.0's tls_construct_ctos_padding: 512 while the rest is under 508, one byte at least up to 511.
  DrawnHellos hellos(13);
  const auto& curl = named("curl-7.88-openssl-3.0");
  const auto bare = 512 - 4 - 174 - 15;  // 174 bytes of padding for a name of 15 (tests/vectors/clienthello)
  for (int name = 1; name <= 253; ++name) {
    const auto record = hellos.build(curl, std::string(static_cast<std::size_t>(name), 'a'));
    const auto padding = parse(record).extension(0x0015);
    const int rest = bare + name;
    ASSERT_EQ(padding.has_value(), rest < 512) << name;
    if (padding) {
      EXPECT_EQ(padding->size(), rest + 4 < 512 ? 512U - static_cast<unsigned>(rest) - 4 : 1U) << name;
    }
  }
}

}  // namespace
}  // namespace qnet::client_hello
