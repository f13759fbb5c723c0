// Is what we send what Chromium sends? Held against the captures of tests/vectors/clienthello.
#include "htx/client_hello_builder.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/testing/seeded_random.hpp"
#include "htx/client_hello.hpp"
#include "htx/testing/fingerprint.hpp"
#include "htx/tls.hpp"

namespace qnet::htx {
namespace {

using base::testing::SeededRandom;
using ::testing::AnyOf;
using testing::captures;

class ChromiumHello : public ::testing::Test {
 protected:
  base::Bytes build() {
    HelloInputs inputs{"www.example.com", {}, {}, &kem.public_key};
    random.fill(inputs.ephemeral);
    random.fill(inputs.separate);
    return build_client_hello(builtin_templates().front(), inputs, random).record;
  }
  /// The parsed views point into `record`.
  static ClientHello parse(const base::Bytes& record) {
    auto parsed = parse_client_hello(record);
    EXPECT_EQ(parsed.status, ClientHelloStatus::parsed);
    EXPECT_EQ(parsed.consumed, record.size());
    return parsed.hello;
  }
  static std::vector<std::uint16_t> order(const ClientHello& hello) {
    std::vector<std::uint16_t> types;
    types.reserve(hello.extensions.size());
    for (const auto& extension : hello.extensions) types.push_back(testing::tamed(extension.type));
    return types;
  }

  SeededRandom random{5};
  crypto::MlKemKeyPair kem = crypto::MlKemKeyPair::generate(random);
};

TEST_F(ChromiumHello, has_chromiums_ja4) {
  const auto ours = build();
  EXPECT_EQ(testing::ja4(parse(ours)), "t13d1517h2_8daaf6152771_cb7bf5808d99");
  for (const auto& capture : captures("chromium-156-"))
    EXPECT_EQ(testing::ja4(parse(capture)), testing::ja4(parse(ours)));
}

TEST_F(ChromiumHello, equals_every_capture_field_by_field) {
  for (const auto& capture : captures("chromium-156-")) {
    const auto theirs = testing::normal(parse(capture));
    const auto record = build();
    const auto ours = testing::normal(parse(record));
    EXPECT_EQ(ours.record_version, theirs.record_version);
    EXPECT_EQ(ours.ciphers, theirs.ciphers);
    EXPECT_EQ(ours.extensions, theirs.extensions);
  }
}

TEST_F(ChromiumHello, has_chromiums_four_lengths_equally_often) {
  std::map<std::size_t, int> seen;
  for (int n = 0; n < 4000; ++n) ++seen[build().size() - kRecordHeader];
  ASSERT_EQ(seen.size(), 4U);
  double chi_square = 0;
  for (const auto& [length, count] : seen) {
    EXPECT_THAT(length, AnyOf(1918U, 1950U, 1982U, 2014U));
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  }
  EXPECT_LT(chi_square, 16.27);  // three degrees of freedom, 0.1 %
}

TEST_F(ChromiumHello, keeps_grease_at_both_ends_and_every_place_is_taken_by_every_other_extension) {
  // 17 extensions in 17 places, 3,400 hellos: each is expected 200 times in each place.
  constexpr int kRounds = 3400;
  std::map<std::uint16_t, std::array<int, 17>> places;
  for (int n = 0; n < kRounds; ++n) {
    const auto record = build();
    const auto types = order(parse(record));
    ASSERT_EQ(types.size(), 19U);
    ASSERT_EQ(types.front(), 0x0a0a);
    ASSERT_EQ(types.back(), 0x0a0a);
    for (std::size_t place = 0; place < 17; ++place) ++places[types[place + 1]][place];
  }
  ASSERT_EQ(places.size(), 17U);
  double chi_square = 0;
  for (const auto& [type, counts] : places)
    for (const int count : counts) chi_square += (count - 200.0) * (count - 200.0) / 200.0;
  EXPECT_LT(chi_square, 332.0);  // 16 * 16 degrees of freedom, 0.1 %
}

TEST_F(ChromiumHello, draws_grease_as_boringssl_does) {
  std::set<std::uint16_t> ciphers;
  for (int n = 0; n < 500; ++n) {
    const auto record = build();
    const auto hello = parse(record);
    const auto cipher = testing::numbers(hello.cipher_suites).front();
    const auto group = testing::numbers(*hello.extension(0x000a)).at(1);
    const auto share = testing::numbers(*hello.extension(0x0033)).at(1);
    const auto version = base::load_be<std::uint16_t>(hello.extension(0x002b)->data() + 1);
    const auto first = hello.extensions.front().type;
    const auto last = hello.extensions.back().type;
    for (const auto value : {cipher, group, version, first, last}) ASSERT_TRUE(is_grease(value)) << value;
    EXPECT_EQ(group, share) << "one GREASE group in both places";
    EXPECT_NE(first, last);
    ciphers.insert(cipher);
  }
  EXPECT_EQ(ciphers.size(), 16U) << "every GREASE value turns up";
}

TEST_F(ChromiumHello, puts_the_keys_where_noise_looks_for_them) {
  HelloInputs inputs{"www.example.com", {}, {}, &kem.public_key};
  inputs.ephemeral.fill(1);
  inputs.separate.fill(2);
  const auto built = build_client_hello(builtin_templates().front(), inputs, random);
  const auto hello = parse(built.record);
  const auto hybrid = hello.key_share(kX25519MlKem768);
  ASSERT_TRUE(hybrid && hybrid->size() == 1216);
  EXPECT_TRUE(std::ranges::equal(hybrid->first(1184), kem.public_key));
  EXPECT_TRUE(std::ranges::equal(hybrid->subspan(1184), inputs.ephemeral));
  EXPECT_TRUE(std::ranges::equal(*hello.key_share(kX25519), inputs.separate));
  EXPECT_EQ(hello.session_id_offset, built.session_id_offset);
  EXPECT_EQ(base::Bytes(hello.session_id.begin(), hello.session_id.end()), base::Bytes(32));
}

TEST_F(ChromiumHello, never_repeats_what_is_random) {
  std::set<std::string> randoms, configurations;
  for (int n = 0; n < 200; ++n) {
    const auto record = build();
    const auto hello = parse(record);
    randoms.insert(base::to_hex(hello.random));
    configurations.insert(base::to_hex(hello.extension(0xfe0d)->subspan(8, 32)));
  }
  EXPECT_EQ(randoms.size(), 200U);
  EXPECT_EQ(configurations.size(), 200U);
}

}  // namespace
}  // namespace qnet::htx
