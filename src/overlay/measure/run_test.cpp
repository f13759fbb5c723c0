#include "overlay/measure/run.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::measure {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1000s};
constexpr std::uint64_t kMiB = 1ULL << 20U;

/// All of it, in pieces of 4 KiB at so many bytes a second, after `wait`.
Transfer at_rate(std::uint64_t bytes, double rate, std::chrono::milliseconds wait = 0ms) {
  Transfer transfer(bytes, kStart);
  std::uint64_t sent = 0;
  while (transfer.left() > 0) {
    const auto piece = std::min<std::uint64_t>(transfer.left(), 4096);
    sent += piece;
    const std::chrono::duration<double> passed(static_cast<double>(sent) / rate);
    transfer.got(piece, kStart + wait + std::chrono::duration_cast<TimePoint::duration>(passed));
  }
  return transfer;
}

TEST(Transfer, shows_the_rate_of_the_whole_where_that_is_lower) {
  EXPECT_NEAR(static_cast<double>(at_rate(kMiB, 4e6).rate().value()), 4e6, 4e4);
  EXPECT_NEAR(static_cast<double>(at_rate(kMiB, 4e6, 738ms).rate().value()), 1.048e6, 1e4);
}

TEST(Transfer, that_stalls_at_its_half_and_then_bursts_has_the_rate_of_the_whole) {
  Transfer transfer(96 * 1024, kStart);
  transfer.got(48 * 1024, kStart + 600ms);
  transfer.got(48 * 1024, kStart + 600ms);
  EXPECT_NEAR(static_cast<double>(transfer.rate().value()), 96 * 1024 / 0.6, 1);
  EXPECT_FALSE(transfer.shows_rate()) << "the time in which nothing came is no reason to stop at this size";
}

TEST(Transfer, shows_a_rate_only_when_bytes_came_for_long_enough) {
  EXPECT_TRUE(at_rate(kMiB, 1e6).shows_rate());
  EXPECT_FALSE(at_rate(kMiB, 4e6).shows_rate());
  EXPECT_FALSE(at_rate(kMiB, 4e6, 5s).shows_rate());
}

TEST(Transfer, is_not_deceived_by_what_a_limiter_lets_through_at_once) {
  Transfer transfer(kMiB, kStart);
  transfer.got(kMiB / 2, kStart + 1ms);
  for (int n = 1; n <= 8; ++n) transfer.got(kMiB / 16, kStart + 1ms + n * 100ms);
  EXPECT_NEAR(static_cast<double>(transfer.rate().value()), kMiB / 2.0 / 0.8, 100);
}

TEST(Transfer, that_is_cut_off_shows_the_rate_of_what_came) {
  Transfer transfer(kMiB, kStart);
  transfer.got(10'000, kStart + 1ms);
  transfer.cut(kStart + 10s);
  EXPECT_EQ(transfer.rate(), 1'000U) << "also for the time in which nothing came";
  EXPECT_FALSE(Transfer(kMiB, kStart).rate()) << "nothing came";
}

TEST(Transfer, that_comes_at_once_has_a_rate_within_what_lists_have_room_for) {
  Transfer transfer(kMiB, kStart);
  transfer.got(kMiB, kStart);
  EXPECT_EQ(transfer.rate(), RunLimits::highest);
  Transfer slow(kMiB, kStart);
  slow.got(1, kStart + 1h);
  EXPECT_EQ(slow.rate(), 1U) << "0 would say that nobody has measured it";
}

TEST(Transfer, takes_no_more_than_was_asked_for) {
  Transfer transfer(1000, kStart);
  transfer.got(5000, kStart + 1s);
  EXPECT_EQ(transfer.left(), 0U);
  EXPECT_EQ(transfer.rate(), 1000U);
}

/// The sizes that a relay of this rate is asked for, and the rate that is found.
std::pair<std::vector<std::uint64_t>, std::uint64_t> run_at(double rate, base::RandomSource& random) {
  Transfers run(RunLimits::steps.size(), random);
  std::vector<std::uint64_t> asked;
  while (const auto size = run.next()) {
    asked.push_back(*size);
    run.took(at_rate(*size, rate));
  }
  return {asked, run.rate().value()};
}

TEST(Transfers, asks_a_slow_relay_for_little_and_a_fast_one_for_more) {
  base::testing::SeededRandom random(3);
  EXPECT_EQ(run_at(50e3, random).first.size(), 1U);
  EXPECT_EQ(run_at(1e6, random).first.size(), 3U);
  const auto fast = run_at(100e6, random);
  EXPECT_EQ(fast.first.size(), 4U);
  EXPECT_NEAR(static_cast<double>(fast.second), 100e6, 2e6);
}

TEST(Transfers, asks_for_another_size_each_time_and_never_for_more_than_is_given) {
  base::testing::SeededRandom random(3);
  const auto one = run_at(1e9, random).first;
  const auto other = run_at(1e9, random).first;
  ASSERT_EQ(one.size(), RunLimits::steps.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_NE(one[i], other[i]);
    EXPECT_GE(one[i], RunLimits::steps.at(i));
    EXPECT_LE(one[i], AllowanceLimits::transfer);
    sum += RunLimits::steps.at(i) + RunLimits::steps.at(i) / RunLimits::more;
  }
  EXPECT_LE(2 * sum, AllowanceLimits::bytes_of_one) << "two runs an hour";
}

TEST(Transfers, ends_with_a_transfer_that_is_cut_off) {
  base::testing::SeededRandom random(3);
  Transfers cut(4, random);
  cut.took(at_rate(*cut.next(), 1e6));
  Transfer second(*cut.next(), kStart);
  second.got(20'000, kStart + 1s);
  second.cut(kStart + 10s);
  cut.took(second);
  EXPECT_FALSE(cut.next());
  EXPECT_EQ(cut.rate(), 2'000U);
}

TEST(Transfers, shows_no_rate_before_the_transfer_that_does) {
  base::testing::SeededRandom random(3);
  Transfers run(4, random);
  for (int n = 0; n < 3; ++n) {
    run.took(at_rate(*run.next(), 1e9));
    EXPECT_FALSE(run.rate()) << "a relay that refuses the next one would choose its size";
  }
  run.took(at_rate(*run.next(), 1e9));
  EXPECT_TRUE(run.rate());
}

}  // namespace
}  // namespace qnet::measure
