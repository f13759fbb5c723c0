#include "demo/demo_site/pattern.hpp"

#include <gtest/gtest.h>

namespace qnet::demo_site {
namespace {

base::Bytes pattern(std::uint64_t offset, std::size_t size) {
  base::Bytes bytes(size);
  fill_pattern(offset, bytes);
  return bytes;
}

TEST(Pattern, is_the_same_however_it_is_cut) {
  const auto whole = pattern(0, 100);
  for (std::size_t first = 0; first <= whole.size(); ++first) {
    auto joined = pattern(0, first);
    base::append(joined, pattern(first, whole.size() - first));
    EXPECT_EQ(joined, whole) << first;
  }
}

// The first output of SplitMix64's reference implementation (Vigna, public domain) for seed 0,
// 0xe220a8397b1dcdaf.
TEST(Pattern, begins_with_splitmix64s_first_output) {
  EXPECT_EQ(base::to_hex(pattern(0, 8)), "afcd1d7b39a820e2");
}

TEST(Pattern, recognises_itself_at_its_own_place_only) {
  auto bytes = pattern(12345, 10'000);
  EXPECT_TRUE(is_pattern(12345, bytes));
  EXPECT_FALSE(is_pattern(12346, bytes));
  EXPECT_FALSE(is_pattern(12337, bytes));
  bytes.back() ^= 1;
  EXPECT_FALSE(is_pattern(12345, bytes));
}

}  // namespace
}  // namespace qnet::demo_site
