#include "overlay/circuit/byte_rate.hpp"

#include <gtest/gtest.h>

namespace qnet::circuit {
namespace {

using std::chrono::milliseconds;
constexpr ByteRate::Time kStart{std::chrono::hours(1)};

TEST(ByteRate, lets_bytes_go_at_once_that_were_saved) {
  ByteRate rate(1'000'000);
  EXPECT_LE(rate.free_at(), kStart);
  rate.charge(49'000, kStart);
  EXPECT_LE(rate.free_at(), kStart);
  rate.charge(11'000, kStart);
  EXPECT_EQ(rate.free_at(), kStart + milliseconds(10));
}

TEST(ByteRate, saves_no_more_than_its_burst) {
  ByteRate rate(1'000'000);
  rate.charge(1000, kStart);
  const auto later = kStart + std::chrono::hours(1);
  rate.charge(60'000, later);
  EXPECT_EQ(rate.free_at(), later + milliseconds(10));
}

TEST(ByteRate, lets_through_what_it_says_in_the_long_run) {
  ByteRate rate(1'000'000);
  auto now = kStart;
  std::uint64_t moved = 0;
  while (now < kStart + std::chrono::seconds(10)) {
    now = std::max(now, rate.free_at());
    rate.charge(32'768, now);
    moved += 32'768;
  }
  EXPECT_NEAR(static_cast<double>(moved), 10'000'000, 100'000);
}

TEST(ByteRate, makes_who_comes_next_pay_for_a_piece_that_was_too_large) {
  ByteRate rate(1'000'000);
  rate.charge(1'050'000, kStart);
  EXPECT_EQ(rate.free_at(), kStart + std::chrono::seconds(1));
}

}  // namespace
}  // namespace qnet::circuit
