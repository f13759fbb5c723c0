// No allocation for a record: neither C++'s nor OpenSSL's.
#include <array>
#include <thread>

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
    std::size_t made = 0;
    std::thread([&made] {
      const auto before = testing::allocations();
      use(std::array<std::uint8_t, 32>{});
      made = testing::allocations() - before;
    }).join();
    ASSERT_GT(made, 1U)
        << "the hooks see C++'s allocation and OpenSSL's: a thread's first record makes a context";
    use(std::array<std::uint8_t, 32>{});
  }
  static void use(const std::array<std::uint8_t, 32>& key) {
    std::array<std::uint8_t, 16> tag{};
    ChaChaPoly cipher(key);
    cipher.seal({}, {}, {}, tag);
    tag[0] ^= 1;
    // OpenSSL keeps a thread's errors, too.
    EXPECT_FALSE(cipher.open({}, {}, {}, tag));
  }
};

TEST_F(Allocations, are_none_for_a_key_and_a_record_sealed_opened_refused_or_given_another_key) {
  static std::array<std::uint8_t, 16384> text{};
  std::array<std::uint8_t, 16> tag{};
  const std::array<std::uint8_t, 5> ad{};
  const std::array<std::uint8_t, 32> next_key{1};
  std::size_t opened = 0;

  const auto before = testing::allocations();
  ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
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
