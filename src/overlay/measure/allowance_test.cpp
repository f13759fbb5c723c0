#include "overlay/measure/allowance.hpp"

#include <gtest/gtest.h>

#include "foundation/base/endian.hpp"

namespace qnet::measure {
namespace {

using namespace std::chrono_literals;
using Limits = AllowanceLimits;

constexpr Allowance::TimePoint kStart{1000s};

crypto::X25519Public key(std::uint32_t number) {
  crypto::X25519Public made{};
  base::store_be(made.data(), number);
  return made;
}

class AllowanceTest : public ::testing::Test {
 protected:
  bool gives(std::uint32_t who, Standing standing, std::uint64_t bytes, std::chrono::seconds later = 0s) {
    return take(who, standing, bytes, later).slot != nullptr;
  }
  Allowance::Taken take(std::uint32_t who, Standing standing, std::uint64_t bytes = 1,
                        std::chrono::seconds later = 0s) {
    return allowance_.take(key(who), standing, bytes, kStart + later, [this] { ++called_; });
  }
  int called_ = 0;
  Allowance allowance_;
};

TEST_F(AllowanceTest, gives_a_stranger_nothing) {
  EXPECT_FALSE(gives(1, Standing::stranger, 1));
  EXPECT_TRUE(gives(1, Standing::relay, 1));
  EXPECT_TRUE(gives(2, Standing::directory, 1));
}

TEST_F(AllowanceTest, gives_no_more_at_once_than_the_largest_transfer) {
  EXPECT_FALSE(gives(1, Standing::directory, Limits::transfer + 1));
  EXPECT_FALSE(gives(1, Standing::directory, 0));
  EXPECT_TRUE(gives(1, Standing::directory, Limits::transfer));
}

TEST_F(AllowanceTest, gives_one_peer_so_many_bytes_and_transfers_in_an_hour) {
  std::uint64_t given = 0;
  while (gives(1, Standing::directory, Limits::transfer)) given += Limits::transfer;
  EXPECT_LE(given, Limits::bytes_of_one);
  unsigned transfers = 0;
  while (gives(2, Standing::directory, 1)) ++transfers;
  EXPECT_EQ(transfers, Limits::transfers_of_one);
  EXPECT_FALSE(gives(2, Standing::directory, 1, 3599s));
  EXPECT_TRUE(gives(2, Standing::directory, 1, 3600s));
}

TEST_F(AllowanceTest, gives_all_relays_together_no_more_than_a_share_and_leaves_the_directories_theirs) {
  std::uint64_t given = 0;
  for (std::uint32_t who = 0; who < 1000; ++who)
    if (gives(who, Standing::relay, Limits::transfer)) given += Limits::transfer;
  EXPECT_LE(given, Limits::bytes_of_relays);
  EXPECT_GT(given, Limits::bytes_of_relays - Limits::transfer);
  EXPECT_TRUE(gives(2000, Standing::directory, Limits::transfer));

  Allowance other;
  unsigned transfers = 0;
  for (std::uint32_t who = 0; who < 1000; ++who)
    if (other.take(key(who), Standing::relay, 1, kStart, [] {}).slot) ++transfers;
  EXPECT_EQ(transfers, Limits::transfers_of_relays);
}

TEST_F(AllowanceTest, has_one_transfer_of_directories_at_a_time_and_one_of_relays) {
  auto first = take(1, Standing::directory);
  EXPECT_TRUE(first.slot);
  const auto second = take(2, Standing::directory);
  EXPECT_FALSE(second.slot);
  EXPECT_TRUE(second.waits);
  EXPECT_TRUE(gives(3, Standing::relay, 1)) << "which may be slow to take it";
  EXPECT_EQ(called_, 0);
  first.slot.reset();
  EXPECT_EQ(called_, 1);
  EXPECT_TRUE(gives(2, Standing::directory, 1));
}

TEST_F(AllowanceTest, has_a_short_line_and_one_place_in_it_for_each) {
  const auto first = take(1, Standing::relay);
  EXPECT_TRUE(take(2, Standing::relay).waits);
  EXPECT_FALSE(take(2, Standing::relay).waits) << "it waits already";
  for (std::uint32_t who = 3; who < Limits::waiting + 2; ++who) EXPECT_TRUE(take(who, Standing::relay).waits);
  EXPECT_FALSE(take(1000, Standing::relay).waits);
}

TEST_F(AllowanceTest, may_end_before_what_it_has_given) {
  Allowance::Slot slot;
  {
    Allowance gone;
    slot = gone.take(key(1), Standing::relay, 1, kStart, [] {}).slot;
  }
  EXPECT_TRUE(slot);
}

}  // namespace
}  // namespace qnet::measure
