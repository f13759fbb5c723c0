#include "foundation/crypto/secret.hpp"

#include <concepts>
#include <ostream>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

#include "foundation/crypto/constant_time.hpp"
#include "foundation/crypto/error.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
static_assert(!std::equality_comparable<Secret<32>>);
template <class T>
concept Printable = requires(std::ostream& stream, const T& value) { stream << value; };
static_assert(!Printable<Secret<32>>);

constexpr std::array<std::uint8_t, 4> zeros{};
constexpr std::array<std::uint8_t, 4> some{1, 2, 3, 4};

TEST(Secret, leaves_zeros_behind_when_it_moves) {
  Secret<4> first(some);
  Secret<4> second(std::move(first));
  EXPECT_TRUE(equal(first.view(), zeros));  // NOLINT(bugprone-use-after-move,clang-analyzer-*): the point
  EXPECT_TRUE(equal(second.view(), some));
  Secret<4> third;
  third = std::move(second);
  EXPECT_TRUE(equal(second.view(), zeros));  // NOLINT(bugprone-use-after-move,clang-analyzer-*)
  EXPECT_TRUE(equal(third.view(), some));
}

TEST(Secret, survives_being_moved_to_itself) {
  Secret<4> secret(some);
  auto& same = secret;
  secret = std::move(same);
  EXPECT_TRUE(equal(secret.view(), some));
}

TEST(Secret, clones_into_an_independent_copy) {
  Secret<4> secret(some);
  const auto copy = secret.clone();
  wipe(secret.data());
  EXPECT_TRUE(equal(secret.view(), zeros));
  EXPECT_TRUE(equal(copy.view(), some));
}

TEST(ConstantTimeEqual, compares_contents_and_lengths) {
  EXPECT_TRUE(equal({}, {}));
  EXPECT_TRUE(equal(some, some));
  EXPECT_FALSE(equal(some, zeros));
  EXPECT_FALSE(equal(some, base::ByteView(some).first(3)));
  EXPECT_FALSE(equal({}, some));
}

TEST(SystemRandom, fills_the_whole_of_what_it_is_given_and_never_the_same) {
  SystemRandom random;
  std::array<std::uint8_t, 64> first{};
  std::array<std::uint8_t, 64> second{};
  random.fill(first);
  random.fill(second);
  random.fill({});
  EXPECT_NE(first, second);
  // Each half stays zero by chance once in 2^256 times.
  EXPECT_FALSE(equal(base::ByteView(first).last(32), std::array<std::uint8_t, 32>{}));
}

TEST(CryptoError, has_a_sentence_for_every_code) {
  EXPECT_EQ(describe(Errc::bad_point), "the public key gives no shared secret");
  EXPECT_EQ(describe(Errc::bad_key), "the key is not well formed");
  EXPECT_EQ(describe(Errc::bad_signature), "the signature does not match");
  EXPECT_STREQ(error_domain(Errc::bad_key), "crypto");
}

}  // namespace
}  // namespace qnet::crypto
