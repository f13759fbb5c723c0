#include "foundation/crypto/mlkem768.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/testing/fixed_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::crypto {
namespace {

using base::Bytes;
using testing::array_at;
using testing::array_of;
using testing::bytes_at;
using testing::FixedRandom;

Bytes bytes_of(base::ByteView view) { return {view.begin(), view.end()}; }

/// A pair of which only the secret half is known: decapsulation needs no more.
MlKemKeyPair pair_of_secret(const Bytes& secret) { return {.secret = Secret<2400>(array_of<2400>(secret))}; }

void expect_encapsulation(const boost::json::value& test) {
  FixedRandom random(bytes_at(test, "m"));
  const auto made = ml_kem_encapsulate(array_at<1184>(test, "ek"), random);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(random.left(), 0U);
  EXPECT_EQ(bytes_of(made->ciphertext), bytes_at(test, "c"));
  EXPECT_EQ(bytes_of(made->shared.view()), bytes_at(test, "k"));
}

void expect_refused_key(const boost::json::value& test) {
  FixedRandom random(bytes_at(test, "m"));
  const auto made = ml_kem_encapsulate(array_at<1184>(test, "ek"), random);
  ASSERT_FALSE(made.has_value());
  EXPECT_TRUE(made.error().is(Errc::bad_key));
}

void expect_decapsulation(const Bytes& secret, const boost::json::value& test) {
  const auto shared = ml_kem_decapsulate(pair_of_secret(secret), array_at<1088>(test, "c"));
  EXPECT_EQ(bytes_of(shared.view()), bytes_at(test, "k"));
}

TEST(MlKem768, generates_the_keys_of_nist_acvp) {
  const auto run = [](const auto&, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    auto seed = bytes_at(test, "d");
    base::append(seed, bytes_at(test, "z"));
    FixedRandom random(seed);
    const auto pair = MlKemKeyPair::generate(random);
    EXPECT_EQ(random.left(), 0U);
    EXPECT_EQ(bytes_of(pair.public_key), bytes_at(test, "ek"));
    EXPECT_EQ(bytes_of(pair.secret.view()), bytes_at(test, "dk"));
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("acvp/ml_kem_768_key_gen.json"), run), 25U);
}

TEST(MlKem768, encapsulates_and_decapsulates_as_nist_acvp_says) {
  std::size_t decapsulations = 0;
  const auto run = [&](const auto& group, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    if (testing::text_at(group, "function") == "encapsulation") {
      expect_encapsulation(test);
    } else {
      expect_decapsulation(bytes_at(group, "dk"), test);
      ++decapsulations;
    }
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("acvp/ml_kem_768_encap_decap.json"), run), 35U);
  EXPECT_EQ(decapsulations, 10U);
}

TEST(MlKem768, stands_unusual_keys_and_refuses_those_out_of_range) {
  std::size_t refused = 0;
  const auto run = [&](const auto& group, const auto& test) {
    SCOPED_TRACE(testing::text_at(test, "comment"));
    if (testing::text_at(group, "function") == "decapsulation") {
      expect_decapsulation(bytes_at(test, "dk"), test);
    } else if (testing::text_at(test, "result") == "valid") {
      expect_encapsulation(test);
    } else {
      expect_refused_key(test);
      ++refused;
    }
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("acvp/ml_kem_768_edge_cases.json"), run), 168U);
  EXPECT_EQ(refused, 100U);
}

/// Writes one 12-bit coefficient of an encoded key.
void set_coefficient(MlKemPublic& key, std::size_t index, std::uint32_t value) {
  auto* at = key.data() + index / 2 * 3;
  if (index % 2 == 0) {
    at[0] = static_cast<std::uint8_t>(value);
    at[1] = static_cast<std::uint8_t>((at[1] & 0xf0U) | (value >> 8));
  } else {
    at[1] = static_cast<std::uint8_t>((at[1] & 0x0fU) | (value << 4));
    at[2] = static_cast<std::uint8_t>(value >> 4);
  }
}

TEST(MlKem768, takes_coefficients_below_the_modulus_and_no_others_wherever_they_stand) {
  base::testing::SeededRandom random(1);
  const auto pair = MlKemKeyPair::generate(random);
  for (const std::size_t index : {0U, 1U, 2U, 255U, 256U, 511U, 766U, 767U}) {
    SCOPED_TRACE(index);
    auto key = pair.public_key;
    set_coefficient(key, index, 3328);
    EXPECT_TRUE(ml_kem_encapsulate(key, random).has_value());
    for (const std::uint32_t value : {3329U, 3330U, 4095U}) {
      set_coefficient(key, index, value);
      EXPECT_FALSE(ml_kem_encapsulate(key, random).has_value());
    }
  }
}

TEST(MlKem768, gives_both_sides_one_secret_and_a_changed_ciphertext_another) {
  base::testing::SeededRandom random(2);
  for (int round = 0; round < 20; ++round) {
    const auto pair = MlKemKeyPair::generate(random);
    auto made = ml_kem_encapsulate(pair.public_key, random);
    ASSERT_TRUE(made.has_value());
    const auto shared = bytes_of(made->shared.view());
    EXPECT_EQ(bytes_of(ml_kem_decapsulate(pair, made->ciphertext).view()), shared);
    made->ciphertext[random.below(1088)] ^= 1;
    const auto rejected = bytes_of(ml_kem_decapsulate(pair, made->ciphertext).view());
    EXPECT_NE(rejected, shared);
    EXPECT_EQ(bytes_of(ml_kem_decapsulate(pair, made->ciphertext).view()), rejected);  // the same each time
  }
}

}  // namespace
}  // namespace qnet::crypto
