// Counts every allocation of this process: C++'s by operator new, OpenSSL's by its own hook.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include "crypto/aead.hpp"
#include "crypto/hash.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

// NOLINTBEGIN(cppcoreguidelines-no-malloc): the hooks stand below new and delete
void* counting_malloc(std::size_t size, const char*, int) {
  ++allocations;
  return std::malloc(size);
}
void* counting_realloc(void* block, std::size_t size, const char*, int) {
  ++allocations;
  return std::realloc(block, size);
}
void counting_free(void* block, const char*, int) { std::free(block); }

// OpenSSL takes its hooks only before its first allocation: before main.
const bool hooked = CRYPTO_set_mem_functions(counting_malloc, counting_realloc, counting_free) == 1;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
// NOLINTEND(cppcoreguidelines-no-malloc)

namespace qnet::crypto {
namespace {

class Allocations : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(hooked);
    const auto before = allocations.load();
    const ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
    ASSERT_GT(allocations.load(), before + 1) << "the hooks see C++'s allocation and OpenSSL's";
  }
};

TEST_F(Allocations, are_none_for_a_record_sealed_opened_refused_or_given_another_key) {
  ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
  static std::array<std::uint8_t, 16384> text{};
  std::array<std::uint8_t, 16> tag{};
  const std::array<std::uint8_t, 5> ad{};
  const std::array<std::uint8_t, 32> next_key{1};
  std::size_t opened = 0;

  const auto before = allocations.load();
  for (std::uint64_t counter = 0; counter < 100; ++counter) {
    const auto nonce = ChaChaPoly::counter_nonce(counter);
    cipher.seal(nonce, ad, text, tag);
    if (cipher.open(nonce, ad, text, tag)) ++opened;
    tag[0] ^= 1;
    if (cipher.open(nonce, ad, text, tag)) ++opened;
    cipher.set_key(next_key);
  }
  const auto after = allocations.load();

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
  const auto before = allocations.load();
  work();
  // OpenSSL 3.0 remakes its inner state at each start, whatever context it is given.
  EXPECT_LE(allocations.load() - before, 1U + 2U + 2U + 3 * 2U);
}

}  // namespace
}  // namespace qnet::crypto
