// Whether what a browser draws anew is drawn with the browser's own frequencies: 1,000 hellos of a fixed
// seed, and Pearson's chi-square at p = 0.001. The browsers' rules are BoringSSL's source: uniform GREASE, a
// uniform shuffle, four sizes of ECH GREASE; and NSS's: two AEADs.
#include <gtest/gtest.h>

#include "protocol/client_hello/fingerprint.hpp"
#include "protocol/client_hello/testing/drawn_hellos.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {
namespace {

using testing::chi_square;
using testing::DrawnHellos;
using testing::parse;

constexpr int kHellos = 1000;
// The 0.1 % points of chi-square with so many degrees of freedom.
constexpr double kOne = 10.83, kThree = 16.27, kFourteen = 36.12, kFifteen = 37.70;
constexpr double kSixteenTimesSixteen = 330.52;

const Template& named(std::string_view name) { return *find_template(builtin_templates(), name); }

/// The values of a hello's GREASE, by place.
std::map<std::string, std::uint16_t> grease_of(const ClientHello& hello) {
  std::map<std::string, std::uint16_t> values;
  values["cipher"] = numbers_in(hello.cipher_suites).front();
  values["group"] = numbers_in(*hello.extension(0x000a)).at(1);
  values["share"] = numbers_in(*hello.extension(0x0033)).at(1);
  values["version"] = base::load_be<std::uint16_t>(hello.extension(0x002b)->data() + 1);
  const auto signature = numbers_in(*hello.extension(0x000d)).at(1);
  if (is_grease(signature)) values["signature"] = signature;
  std::vector<std::uint16_t> extensions;
  for (const auto& extension : hello.extensions)
    if (is_grease(extension.type)) extensions.push_back(extension.type);
  values["extension 1"] = extensions.at(0);
  values["extension 2"] = extensions.at(1);
  return values;
}

class GreasingBrowser : public ::testing::TestWithParam<const char*> {};

TEST_P(GreasingBrowser, draws_each_of_the_16_values_as_often_at_every_place) {
  DrawnHellos hellos(21);
  std::map<std::string, std::map<std::uint16_t, int>> places;
  for (int n = 0; n < kHellos; ++n) {
    const auto record = hellos.build(named(GetParam()));
    for (const auto& [place, value] : grease_of(parse(record))) {
      ASSERT_TRUE(is_grease(value)) << place;
      ++places[place][value];
    }
  }
  for (const auto& [place, counts] : places) EXPECT_LT(chi_square(counts, 16), kFifteen) << place;
}

TEST_P(GreasingBrowser, has_one_value_for_group_and_share_and_two_for_the_extensions) {
  DrawnHellos hellos(22);
  std::map<int, double> differences;
  for (int n = 0; n < kHellos; ++n) {
    const auto record = hellos.build(named(GetParam()));
    const auto values = grease_of(parse(record));
    EXPECT_EQ(values.at("group"), values.at("share"));
    ASSERT_NE(values.at("extension 1"), values.at("extension 2"));
    ++differences[(values.at("extension 1") ^ values.at("extension 2")) >> 12];
  }
  // The second is moved to its neighbour when both are the same, so that neighbour is twice as likely.
  double sum = 0;
  for (int difference = 1; difference < 16; ++difference) {
    const double expected = kHellos * (difference == 1 ? 2.0 : 1.0) / 16;
    sum += (differences[difference] - expected) * (differences[difference] - expected) / expected;
  }
  EXPECT_LT(sum, kFourteen);
}

TEST_P(GreasingBrowser, draws_its_places_independently) {
  DrawnHellos hellos(23);
  std::map<int, int> differences;
  for (int n = 0; n < kHellos; ++n) {
    const auto record = hellos.build(named(GetParam()));
    const auto values = grease_of(parse(record));
    ++differences[(values.at("cipher") ^ values.at("version")) >> 12];
  }
  EXPECT_LT(chi_square(differences, 16), kFifteen);
}

INSTANTIATE_TEST_SUITE_P(Templates, GreasingBrowser,
                         ::testing::Values("chromium-156", "edge-156", "safari-26", "safari-ios-26"),
                         [](const auto& test) { return "number_" + std::to_string(test.index); });

TEST(ChromiumShuffle, takes_every_extension_to_every_place_as_often_and_leaves_grease_at_the_ends) {
  DrawnHellos hellos(24);
  std::map<std::pair<std::uint16_t, std::size_t>, int> places;
  for (int n = 0; n < kHellos; ++n) {
    const auto record = hellos.build(named("chromium-156"));
    const auto hello = parse(record);
    ASSERT_EQ(hello.extensions.size(), 19U);
    ASSERT_TRUE(is_grease(hello.extensions.front().type) && is_grease(hello.extensions.back().type));
    for (std::size_t place = 0; place < 17; ++place) ++places[{hello.extensions[place + 1].type, place}];
  }
  // 17 rows and columns whose sums are given leave 16 times 16 degrees of freedom; and a permutation's cells,
  // of which each row has exactly one, vary 17/16 times as much as independent ones of so many degrees would.
  EXPECT_LT(chi_square(places, 17 * 17) * 16 / 17, kSixteenTimesSixteen);
}

TEST(ChromiumShuffle, puts_either_of_two_extensions_first_as_often) {
  DrawnHellos hellos(25);
  std::map<bool, int> first;
  for (int n = 0; n < kHellos; ++n) {
    const auto record = hellos.build(named("chromium-156"));
    const auto hello = parse(record);
    ++first[hello.extension(0x0000)->data() < hello.extension(0x0010)->data()];
  }
  EXPECT_LT(chi_square(first, 2), kOne);
}

TEST(EchGrease, has_chromiums_four_sizes_as_often) {
  DrawnHellos hellos(26);
  std::map<std::size_t, int> sizes;
  for (int n = 0; n < kHellos; ++n) ++sizes[hellos.build(named("chromium-156")).size() - kRecordHeader];
  for (const auto& [size, count] : sizes)
    EXPECT_TRUE(size == 1918 || size == 1950 || size == 1982 || size == 2014) << size;
  EXPECT_LT(chi_square(sizes, 4), kThree);
}

TEST(EchGrease, has_firefoxs_two_aeads_and_random_key_as_often) {
  DrawnHellos hellos(27);
  std::map<std::uint16_t, int> aeads;
  std::map<bool, int> top_bits;
  for (int n = 0; n < kHellos; ++n) {
    const auto record = hellos.build(named("firefox-esr-153"));
    const auto ech = *parse(record).extension(0xfe0d);
    ++aeads[base::load_be<std::uint16_t>(ech.data() + 3)];
    ++top_bits[(ech[8 + 31] & 0x80U) != 0];
  }
  EXPECT_TRUE(aeads.contains(1) && aeads.contains(3));
  EXPECT_LT(chi_square(aeads, 2), kOne);
  EXPECT_LT(chi_square(top_bits, 2), kOne);
}

}  // namespace
}  // namespace qnet::client_hello
