#include "overlay/measure/allowance.hpp"

#include <gtest/gtest.h>

#include "foundation/base/endian.hpp"

namespace qnet::measure {
namespace {

using namespace std::chrono_literals;
using Limits = AllowanceLimits;

/// A relay in the network of its number, or a directory.
Asker asker(std::uint32_t number, Standing standing) {
  Asker made{{}, standing, number};
  base::store_be(made.key.data(), number);
  return made;
}

class AllowanceTest : public ::testing::Test {
 protected:
  bool gives(const Asker& who, std::uint64_t bytes = 1) { return take(who, bytes).slot != nullptr; }
  bool gives(std::uint32_t who, Standing standing, std::uint64_t bytes = 1) {
    return gives(asker(who, standing), bytes);
  }
  Allowance::Taken take(const Asker& who, std::uint64_t bytes = 1, const Allowance::Slot& place = nullptr) {
    return allowance_.take(
        who, bytes, [this, who] { called_.push_back(base::load_be<std::uint32_t>(who.key.data())); }, place);
  }
  Allowance::Taken take(std::uint32_t who, Standing standing, const Allowance::Slot& place = nullptr) {
    return take(asker(who, standing), 1, place);
  }
  std::vector<std::uint32_t> called_;
  Allowance::TimePoint now_{1000s};
  Allowance allowance_{[this] { return now_; }};
};

TEST_F(AllowanceTest, gives_a_stranger_nothing) {
  EXPECT_FALSE(gives(1, Standing::stranger));
  EXPECT_TRUE(gives(1, Standing::relay));
  EXPECT_TRUE(gives(2, Standing::directory));
}

TEST_F(AllowanceTest, gives_no_more_at_once_than_the_largest_transfer) {
  EXPECT_FALSE(gives(1, Standing::directory, Limits::transfer + 1));
  EXPECT_FALSE(gives(1, Standing::directory, 0));
  EXPECT_TRUE(gives(1, Standing::directory, Limits::transfer));
}

TEST_F(AllowanceTest, gives_one_directory_so_many_bytes_and_transfers_in_an_hour) {
  std::uint64_t given = 0;
  while (gives(1, Standing::directory, Limits::transfer)) given += Limits::transfer;
  EXPECT_LE(given, Limits::bytes_of_one);
  unsigned transfers = 0;
  while (gives(2, Standing::directory)) ++transfers;
  EXPECT_EQ(transfers, Limits::transfers_of_one);
  now_ += 3599s;
  EXPECT_FALSE(gives(2, Standing::directory));
  now_ += 1s;
  EXPECT_TRUE(gives(2, Standing::directory));
}

TEST_F(AllowanceTest, gives_many_relays_of_one_network_no_more_than_one) {
  std::uint64_t given = 0;
  unsigned transfers = 0;
  for (std::uint32_t who = 0; who < 100; ++who) {
    auto sybil = asker(who, Standing::relay);
    sybil.network = 7;
    if (gives(sybil, 1ULL << 20U)) given += 1ULL << 20U;
    sybil.network = 8;
    if (gives(sybil)) ++transfers;
  }
  EXPECT_EQ(given, Limits::bytes_of_network);
  EXPECT_EQ(transfers, Limits::transfers_of_network);
  EXPECT_TRUE(gives(9, Standing::relay)) << "others have theirs";
}

TEST_F(AllowanceTest, gives_all_relays_together_no_more_than_a_share_and_leaves_the_directories_theirs) {
  constexpr std::uint64_t kEach = 1ULL << 20U;
  std::uint64_t given = 0;
  for (std::uint32_t who = 1; who < 1000; ++who)
    if (gives(who, Standing::relay, kEach)) given += kEach;
  EXPECT_EQ(given, Limits::bytes_of_relays);
  EXPECT_TRUE(gives(2000, Standing::directory, Limits::transfer));

  Allowance other;
  unsigned transfers = 0;
  for (std::uint32_t who = 1; who < 1000; ++who)
    if (other.take(asker(who, Standing::relay), 1, [] {}).slot) ++transfers;
  EXPECT_EQ(transfers, Limits::transfers_of_relays);
}

TEST_F(AllowanceTest, has_one_transfer_of_directories_at_a_time_and_one_of_relays) {
  auto first = take(1, Standing::directory);
  EXPECT_TRUE(first.slot);
  const auto second = take(2, Standing::directory);
  EXPECT_FALSE(second.slot);
  ASSERT_TRUE(second.place);
  EXPECT_TRUE(gives(3, Standing::relay)) << "which may be slow to take it";
  EXPECT_TRUE(called_.empty());
  first.slot.reset();
  EXPECT_EQ(called_, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(take(2, Standing::directory, second.place).slot);
}

TEST_F(AllowanceTest, gives_turns_in_the_order_of_asking_and_passes_nobody_over) {
  auto turn = take(5, Standing::directory).slot;
  auto first = take(9, Standing::directory);
  auto second = take(1, Standing::directory);
  turn.reset();
  EXPECT_FALSE(take(5, Standing::directory).slot) << "it has had a turn, and others wait";
  EXPECT_FALSE(take(1, Standing::directory, second.place).slot);
  turn = take(9, Standing::directory, first.place).slot;
  first.place.reset();
  ASSERT_TRUE(turn);
  turn.reset();
  EXPECT_EQ(called_, (std::vector<std::uint32_t>{9, 1}));
  EXPECT_TRUE(take(1, Standing::directory, second.place).slot);
}

TEST_F(AllowanceTest, passes_the_turn_of_one_that_has_left_the_line_to_the_next) {
  auto turn = take(1, Standing::directory).slot;
  auto first = take(2, Standing::directory);
  const auto second = take(3, Standing::directory);
  turn.reset();
  first.place.reset();
  EXPECT_EQ(called_, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_TRUE(take(3, Standing::directory, second.place).slot);
}

TEST_F(AllowanceTest, has_a_short_line_and_one_place_in_it_for_each_network) {
  const auto turn = take(1, Standing::relay);
  const auto place = take(2, Standing::relay).place;
  EXPECT_TRUE(place);
  auto sybil = asker(99, Standing::relay);
  sybil.network = 2;
  EXPECT_FALSE(take(sybil).place) << "one of its network waits already";
  std::vector<Allowance::Slot> line;
  for (std::uint32_t who = 3; who < Limits::waiting + 2; ++who) {
    line.push_back(take(who, Standing::relay).place);
    EXPECT_TRUE(line.back());
  }
  EXPECT_FALSE(take(1000, Standing::relay).place);
  line.pop_back();
  EXPECT_TRUE(take(1000, Standing::relay).place) << "a place that is given back is free";
}

TEST_F(AllowanceTest, lets_nobody_hold_the_line_for_long_however_many_keys_it_has) {
  // Relays of one network that take nothing, each as long as it may.
  std::chrono::steady_clock::duration held{};
  for (std::uint32_t who = 1; who < 100; ++who) {
    auto sybil = asker(who, Standing::relay);
    sybil.network = 7;
    const auto taken = take(sybil);
    if (!taken.slot) continue;
    EXPECT_LE(taken.most, Limits::taking);
    held += taken.most;
    now_ += taken.most;
  }
  EXPECT_LE(held, Limits::held);
  EXPECT_TRUE(gives(8, Standing::relay));
}

TEST_F(AllowanceTest, lets_a_directory_that_holds_the_line_keep_nobody_waiting_until_its_run_fails) {
  std::chrono::steady_clock::duration held{};
  for (;;) {
    const auto taken = take(1, Standing::directory);
    if (!taken.slot) break;
    const auto time = std::min<std::chrono::steady_clock::duration>(taken.most, 7s);
    now_ += time;
    held += time;
  }
  EXPECT_LT(held, RunLimits::answers);
  EXPECT_GE(held, 2 * RunLimits::transfer) << "two runs of a slow relay an hour";
  EXPECT_TRUE(gives(2, Standing::directory));
  now_ += 1h;
  EXPECT_TRUE(gives(1, Standing::directory));
}

TEST_F(AllowanceTest, may_end_before_what_it_has_given) {
  Allowance::Taken slot;
  Allowance::Taken place;
  {
    Allowance gone;
    slot = gone.take(asker(1, Standing::relay), 1, [] {});
    place = gone.take(asker(2, Standing::relay), 1, [] {});
  }
  EXPECT_TRUE(slot.slot);
  EXPECT_TRUE(place.place);
}

}  // namespace
}  // namespace qnet::measure
