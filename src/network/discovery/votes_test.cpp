#include "network/discovery/votes.hpp"

#include <gtest/gtest.h>

#include "network/discovery/testing/operators.hpp"

namespace qnet::discovery {
namespace {

using directory::Answer;
using directory::Errc;
using directory::Status;
using directory::testing::identity;
using directory::testing::kNow;
using namespace std::chrono_literals;
using testing::operator_of;
using testing::Seeds;

constexpr std::size_t kOperators = 3;

class VotesTest : public ::testing::Test {
 protected:
  static std::vector<peer::PeerId> peers() {
    std::vector<peer::PeerId> all;
    for (std::size_t i = 0; i < kOperators; ++i) all.push_back(operator_of(i).peer_id());
    return all;
  }
  static Answer answer_of(std::size_t index, const Seeds& seeds, directory::WallTime at = kNow,
                          std::uint64_t version = 1) {
    return testing::answer_of(index, seeds, at, version, kNow);
  }
  static Answer unchanged(Answer answer) {
    answer.status = Status::not_modified;
    answer.list = nullptr;
    return answer;
  }
  void take(std::size_t index, const Seeds& seeds, directory::WallTime at = kNow) {
    const auto version = static_cast<std::uint64_t>(at.time_since_epoch().count());
    const auto taken = votes_.take(index, answer_of(index, seeds, at, version), at);
    ASSERT_TRUE(taken) << taken.error().message();
  }
  [[nodiscard]] Seeds agreed(directory::WallTime now = kNow) const {
    const auto relays = votes_.agreed(now);
    Seeds seeds;
    if (!relays) return seeds;
    for (const auto& relay : *relays)
      for (std::uint64_t seed = 1; seed < 20; ++seed)
        if (relay.descriptor.descriptor().peer == identity(seed).peer_id()) seeds.insert(seed);
    return seeds;
  }

  Votes votes_{peers()};
  const Seeds network_{1, 2, 3};
};

TEST_F(VotesTest, two_of_three_are_believed) {
  take(0, network_);
  EXPECT_FALSE(votes_.agreed(kNow)) << "one is no majority";
  take(1, network_);
  EXPECT_EQ(agreed(), network_);
  EXPECT_EQ(votes_.holding(kNow), 2U);
}

TEST_F(VotesTest, a_liar_beside_a_dead_operator_hides_nobody_whom_the_dead_one_listed) {
  for (std::size_t i = 0; i < kOperators; ++i) take(i, network_);
  // Six hours later the first is dead, and the third lists a relay of its own alone, which it has registered
  // with the second, too.
  const auto later = kNow + 6h;
  take(1, {1, 2, 3, 7}, later);
  take(2, {7}, later);
  EXPECT_EQ(agreed(later), (Seeds{1, 2, 3, 7}));
  EXPECT_EQ(votes_.holding(later), 2U);
  EXPECT_TRUE(votes_.votes(0, later));
}

TEST_F(VotesTest, a_liar_alone_adds_nobody) {
  take(0, network_);
  take(1, network_);
  take(2, {1, 2, 3, 7});
  EXPECT_EQ(agreed(), network_);
}

TEST_F(VotesTest, an_old_list_loses_its_vote_after_a_day_while_others_are_enough) {
  for (std::size_t i = 0; i < kOperators; ++i) take(i, network_);
  const auto later = kNow + 3h + 24h;
  take(1, {1}, later);
  take(2, {1, 2}, later);
  EXPECT_EQ(agreed(later), Seeds{1}) << "the first one's word for 2 is too old";
}

TEST_F(VotesTest, old_lists_are_better_than_none) {
  for (std::size_t i = 0; i < kOperators; ++i) take(i, network_);
  EXPECT_EQ(agreed(kNow + 40h), network_);
  EXPECT_EQ(agreed(kNow + 50h), Seeds{}) << "the relays' own documents have run out";
}

TEST_F(VotesTest, an_unchanged_list_needs_only_its_header) {
  ASSERT_TRUE(votes_.take(0, answer_of(0, network_, kNow, 1), kNow));
  const auto later = kNow + 1h;
  ASSERT_TRUE(votes_.take(0, unchanged(answer_of(0, network_, later, 2)), later));
  EXPECT_EQ(votes_.as_of(), later);
  take(1, network_);
  EXPECT_EQ(agreed(), network_) << "the list is still there";
  const auto other = votes_.take(0, unchanged(answer_of(0, {1}, later, 3)), later);
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().is(Errc::list_mismatch));
  EXPECT_EQ(agreed(), network_);
}

TEST_F(VotesTest, nothing_to_be_unchanged_is_a_mismatch) {
  const auto taken = votes_.take(0, unchanged(answer_of(0, network_)), kNow);
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is(Errc::list_mismatch));
}

TEST_F(VotesTest, refuses_what_another_operator_signed_and_what_is_older) {
  EXPECT_FALSE(votes_.take(0, answer_of(1, network_), kNow));
  ASSERT_TRUE(votes_.take(0, answer_of(0, network_, kNow, 5), kNow));
  EXPECT_FALSE(votes_.take(0, answer_of(0, {1}, kNow, 4), kNow));
  EXPECT_FALSE(votes_.take(0, directory::refusal(base::Error(Errc::too_soon)), kNow));
}

TEST_F(VotesTest, takes_nothing_damaged_from_disk) {
  const auto good = answer_of(0, network_);
  auto cut = *good.list;
  cut.back() ^= 1U;
  votes_.restore(0, {good.header, cut});
  EXPECT_TRUE(votes_.known_list(0).empty()) << "it is asked for again, whole";
  votes_.restore(1, {good.header, *good.list});
  EXPECT_TRUE(votes_.known_list(1).empty()) << "another operator's";
  votes_.restore(0, {good.header, *good.list});
  EXPECT_FALSE(votes_.known_list(0).empty());
  EXPECT_EQ(votes_.kept(0)->list, *good.list);
}

}  // namespace
}  // namespace qnet::discovery
