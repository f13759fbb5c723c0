// The choice of hops beside circuits that are being built.
#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/choose.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using testing::peer_of;

constexpr SteadyTime kNow{std::chrono::hours(1000)};
using Numbers = std::set<std::uint32_t>;

/// Relays 0 to 7, of which 0 to 2 are exits; the client's guards are 6 and 7.
class ChooseUnderway : public ::testing::Test {
 protected:
  ChooseUnderway() : relays_(facts()) {
    for (const auto guard : {6U, 7U}) {
      guards_.usable.push_back({peer_of(guard), 0, true});
      guards_.reserved.push_back(peer_of(guard));
    }
  }
  static std::vector<RelayFacts> facts() {
    std::vector<RelayFacts> all;
    for (std::uint32_t i = 0; i < 8; ++i) {
      all.push_back(testing::relay_of(i, i < 3));
      if (i < 3) all.back().relays = false;
    }
    return all;
  }
  void builds(std::uint32_t guard, std::uint32_t middle, std::uint32_t exit, std::size_t established = 0) {
    underway_.push_back({{peer_of(guard), peer_of(middle), peer_of(exit)}, established});
  }
  /// The numbers of the relays at one hop, over many choices.
  Numbers seen(std::size_t hop) {
    Numbers found;
    for (int i = 0; i < 300; ++i) {
      const auto hops = choose({relays_, guards_, avoidance_, kNow, underway_}, {}, random_).value();
      found.insert(base::load_be<std::uint32_t>(hops.peers.at(hop).key().data()));
    }
    return found;
  }

  RelayTable relays_;
  GuardChoice guards_;
  Avoidance avoidance_;
  std::vector<Underway> underway_;
  base::testing::SeededRandom random_{1};
};

TEST_F(ChooseUnderway, takes_other_middles_and_exits) {
  builds(6, 3, 0);
  EXPECT_EQ(seen(1), (Numbers{4, 5}));
  EXPECT_EQ(seen(2), (Numbers{1, 2}));
}

TEST_F(ChooseUnderway, takes_a_middle_that_has_answered_with_other_exits) {
  builds(6, 3, 0, 1);
  EXPECT_EQ(seen(1), (Numbers{3, 4, 5}));
  EXPECT_EQ(seen(2), (Numbers{1, 2}));
}

TEST_F(ChooseUnderway, takes_an_exit_again_that_was_not_asked_yet) {
  builds(6, 3, 0);
  builds(6, 4, 1);
  builds(6, 3, 2);
  EXPECT_EQ(seen(1), (Numbers{5}));
  EXPECT_EQ(seen(2), (Numbers{0, 1, 2}));
}

TEST_F(ChooseUnderway, takes_what_waits_rather_than_what_has_failed_for_certain) {
  builds(6, 3, 0);
  for (const auto middle : {4U, 5U}) avoidance_.pair_failed(peer_of(6), peer_of(middle), kNow);
  EXPECT_EQ(seen(1), (Numbers{3}));
}

TEST_F(ChooseUnderway, takes_what_has_failed_before_the_search_first_where_all_has_failed) {
  builds(6, 3, 0);
  for (const auto middle : {3U, 4U, 5U}) avoidance_.pair_failed(peer_of(6), peer_of(middle), kNow);
  avoidance_.found_path();
  avoidance_.pair_failed(peer_of(6), peer_of(5), kNow);
  guards_.usable.pop_back();
  EXPECT_EQ(seen(1), (Numbers{4}));
}

TEST_F(ChooseUnderway, leaves_no_guard_because_all_middles_are_being_tried) {
  for (const auto middle : {3U, 4U}) builds(6, middle, 0);
  avoidance_.pair_failed(peer_of(6), peer_of(5), kNow);
  EXPECT_EQ(seen(0), (Numbers{6}));
}

TEST_F(ChooseUnderway, takes_the_same_as_others_rather_than_nothing) {
  for (const auto middle : {3U, 4U, 5U}) builds(6, middle, middle - 3);
  EXPECT_EQ(seen(1), (Numbers{3, 4, 5}));
}

}  // namespace
}  // namespace qnet::path
