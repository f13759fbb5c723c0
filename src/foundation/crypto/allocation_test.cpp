// No allocation for a record: neither C++'s nor OpenSSL's.
#include <array>

#include <gtest/gtest.h>

#include "foundation/crypto/aead.hpp"
#include "foundation/crypto/hash.hpp"
#include "foundation/crypto/testing/allocations.hpp"

namespace qnet::crypto {
namespace {

class Allocations : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(testing::allocations_are_counted());
    const auto before = testing::allocations();
    const ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
    ASSERT_GT(testing::allocations(), before + 1) << "the hooks see C++'s allocation and OpenSSL's";
  }
};

TEST_F(Allocations, are_none_for_a_record_sealed_opened_refused_or_given_another_key) {
  ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
  static std::array<std::uint8_t, 16384> text{};
  std::array<std::uint8_t, 16> tag{};
  const std::array<std::uint8_t, 5> ad{};
  const std::array<std::uint8_t, 32> next_key{1};
  std::size_t opened = 0;

  const auto before = testing::allocations();
  for (std::uint64_t counter = 0; counter < 100; ++counter) {
    const auto nonce = ChaChaPoly::counter_nonce(counter);
    cipher.seal(nonce, ad, text, tag);
    if (cipher.open(nonce, ad, text, tag)) ++opened;
    tag[0] ^= 1;
    if (cipher.open(nonce, ad, text, tag)) ++opened;
    cipher.set_key(next_key);
  }
  const auto after = testing::allocations();

  EXPECT_EQ(opened, 100U);
  EXPECT_EQ(after - before, 0U);
}

TEST_F(Allocations, are_one_for_a_hash_and_two_for_an_hmac) {
  const std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 96> out{};
  const auto work = [&] {
    (void)sha256(key);
    (void)hmac_sha256(key, {key, out});
    (void)hkdf_extract(key, out);
    hkdf_expand(key, key, out);  // three blocks
  };
  work();
  const auto before = testing::allocations();
  work();
  // OpenSSL 3.0 remakes its inner state at each start, whatever context it is given.
  EXPECT_LE(testing::allocations() - before, 1U + 2U + 2U + 3 * 2U);
}

}  // namespace
}  // namespace qnet::crypto
