// One bound for the sessions of a process: who must let go, and whose windows are taken back.
#include "protocol/mux/budget.hpp"

#include <algorithm>
#include <array>
#include <list>

#include <gtest/gtest.h>

namespace qnet::mux {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t kMega = 1024 * 1024;
constexpr Budget::Time kStart{hours(1)};

TEST(Budget, counts_what_all_sessions_hold_and_gets_it_back_at_their_end) {
  const auto budget = std::make_shared<Budget>(kMega);
  BudgetShare one(budget);
  {
    BudgetShare other(budget);
    one.set_held(100'000);
    other.set_held(50'000);
    other.set_granted(70'000);
    EXPECT_EQ(budget->held(), 150'000U);
    EXPECT_EQ(budget->granted(), 70'000U);
  }
  EXPECT_EQ(budget->held(), 100'000U);
  EXPECT_EQ(budget->granted(), 0U);
  one.set_held(0);
  EXPECT_EQ(budget->held(), 0U);
}

TEST(Budget, asks_the_greediest_at_once_although_it_is_silent) {
  const auto budget = std::make_shared<Budget>(8 * kMega);
  BudgetShare modest(budget);
  BudgetShare greedy(budget);
  int asked = 0;
  greedy.on_asked([&asked] { ++asked; });
  greedy.set_held(6 * kMega);
  modest.set_held(2 * kMega);
  EXPECT_EQ(asked, 0);
  modest.set_held(2 * kMega + 1);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(greedy.asked());
  EXPECT_FALSE(modest.asked());
  modest.set_held(3 * kMega);
  EXPECT_EQ(asked, 1) << "once, until it has answered";
}

TEST(Budget, asks_one_after_the_other_until_a_sixteenth_is_free) {
  const auto budget = std::make_shared<Budget>(16 * kMega);
  std::array<BudgetShare, 4> shares{BudgetShare(budget), BudgetShare(budget), BudgetShare(budget),
                                    BudgetShare(budget)};
  std::size_t n = 0;
  for (auto& share : shares) share.set_held(4 * kMega + ++n);
  ASSERT_TRUE(shares[3].asked());
  shares[3].set_held(4 * kMega - 100);
  shares[3].answered();
  EXPECT_TRUE(shares[2].asked()) << "below the budget, but not by a sixteenth";
  shares[2].set_held(2 * kMega);
  EXPECT_TRUE(shares[2].relieved());
  shares[2].answered();
  for (const auto& share : shares) EXPECT_FALSE(share.asked());
}

TEST(Budget, asks_another_when_the_one_that_was_asked_has_ended) {
  const auto budget = std::make_shared<Budget>(4 * kMega);
  BudgetShare one(budget);
  BudgetShare third(budget);
  one.set_held(2 * kMega);
  {
    BudgetShare other(budget);
    other.set_held(2 * kMega + 2);
    third.set_held(2 * kMega + 1);
    EXPECT_TRUE(other.asked());
    third.set_held(3 * kMega);
  }
  EXPECT_TRUE(third.asked());
}

TEST(Budget, leaves_a_session_its_floor_while_another_holds_more) {
  const auto budget = std::make_shared<Budget>(kMega);
  std::array<BudgetShare, 4> small{BudgetShare(budget), BudgetShare(budget), BudgetShare(budget),
                                   BudgetShare(budget)};
  for (auto& share : small) share.set_held(BudgetLimits::floor - 1);
  BudgetShare greedy(budget);
  greedy.set_held(BudgetLimits::floor + 1);
  EXPECT_TRUE(greedy.asked());
  greedy.set_held(BudgetLimits::floor - 2);
  greedy.answered();
  EXPECT_TRUE(small[0].asked()) << "as the total is still too much";
}

TEST(Budget, leaves_no_floor_to_each_session_of_an_address_that_holds_more_than_a_quarter) {
  const auto budget = std::make_shared<Budget>(4 * kMega);
  std::list<BudgetShare> of_one_party;
  while (budget->held() < 3 * kMega) of_one_party.emplace_back(budget, 7).set_held(BudgetLimits::floor - 1);
  BudgetShare honest(budget, 8);
  honest.set_held(kMega - 1);
  EXPECT_FALSE(honest.asked());
  of_one_party.emplace_back(budget, 7).set_held(BudgetLimits::floor / 2);
  EXPECT_FALSE(honest.asked());
  EXPECT_TRUE(std::ranges::any_of(of_one_party, &BudgetShare::asked));
}

TEST(Budget, asks_sessions_of_an_address_that_holds_more_than_a_quarter_first) {
  const auto budget = std::make_shared<Budget>(16 * kMega);
  BudgetShare alone(budget, 1);
  alone.set_held(4 * kMega);
  std::array<BudgetShare, 6> together{BudgetShare(budget, 2), BudgetShare(budget, 2), BudgetShare(budget, 2),
                                      BudgetShare(budget, 2), BudgetShare(budget, 2), BudgetShare(budget, 2)};
  for (auto& share : together) share.set_held(2 * kMega);
  EXPECT_FALSE(alone.asked()) << "nobody, as the budget is not used up";
  together[3].set_held(3 * kMega);
  EXPECT_TRUE(together[3].asked());
}

TEST(Budget, does_not_take_sessions_of_unknown_addresses_for_one_party) {
  const auto budget = std::make_shared<Budget>(16 * kMega);
  BudgetShare greediest(budget, 1);
  greediest.set_held(4 * kMega);
  std::array<BudgetShare, 4> unknown{BudgetShare(budget), BudgetShare(budget), BudgetShare(budget),
                                     BudgetShare(budget)};
  for (auto& share : unknown) share.set_held(3 * kMega + 1);
  EXPECT_TRUE(greediest.asked());
}

TEST(Budget, has_whoever_receives_let_go_when_an_eighth_more_is_held) {
  const auto budget = std::make_shared<Budget>(8 * kMega);
  BudgetShare one(budget);
  BudgetShare other(budget);
  one.set_held(9 * kMega);
  EXPECT_FALSE(other.beyond());
  other.set_held(1);
  EXPECT_TRUE(other.beyond());
}

TEST(Budget, takes_grown_windows_of_silent_sessions_back_when_others_need_them) {
  const auto budget = std::make_shared<Budget>(8 * kMega);
  BudgetShare silent(budget);
  BudgetShare active(budget);
  silent.received(1, kStart);
  silent.set_granted(7 * kMega);
  active.received(1, kStart + seconds(9));
  EXPECT_EQ(active.left(kStart + seconds(9)), kMega) << "it may go on at any moment";
  EXPECT_EQ(active.left(kStart + seconds(10)), 8 * kMega);
  EXPECT_TRUE(silent.taken_back());
  EXPECT_FALSE(active.taken_back());
  silent.set_granted(0);
  EXPECT_FALSE(silent.taken_back());
  EXPECT_EQ(budget->granted(), 0U);
}

TEST(Budget, takes_grown_windows_back_from_a_session_that_receives_a_byte_now_and_then) {
  const auto budget = std::make_shared<Budget>(8 * kMega);
  BudgetShare drips(budget);
  BudgetShare slow(budget);
  BudgetShare active(budget);
  for (auto* const share : {&drips, &slow}) {
    share->received(1, kStart);
    share->set_granted(3 * kMega + kMega / 2);
  }
  for (const auto later : {seconds(3), seconds(6), seconds(9)}) {
    drips.received(1, kStart + later);
    slow.received(kMega / 4, kStart + later);
  }
  EXPECT_EQ(active.left(kStart + seconds(10)), 8 * kMega - (3 * kMega + kMega / 2));
  EXPECT_TRUE(drips.taken_back());
  EXPECT_FALSE(slow.taken_back());
}

TEST(Budget, takes_nothing_back_while_there_is_enough) {
  const auto budget = std::make_shared<Budget>(8 * kMega);
  BudgetShare silent(budget);
  BudgetShare active(budget);
  silent.set_granted(5 * kMega);
  EXPECT_EQ(active.left(kStart + hours(1)), 3 * kMega);
  EXPECT_FALSE(silent.taken_back());
}

}  // namespace
}  // namespace qnet::mux
