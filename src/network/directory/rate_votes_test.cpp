// A few reporters that lie move a rate no further than honest ones differ.
#include "network/directory/rate_votes.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::kStart;

/// In a network of its own, and known since `age` ago.
Party party(std::uint8_t number, std::chrono::hours age = 100h) {
  Party made;
  made.peer = {number};
  made.address = ip::IpAddress(ip::IpAddress::V4Bytes{198, number, 0, 1});
  made.first_seen = kNow - age;
  return made;
}

class RateVotesTest : public ::testing::Test {
 protected:
  void report(const Party& by, Rate rate, SteadyTime now = kStart) { votes_.note(by, relay_, rate, now); }
  [[nodiscard]] std::vector<Rate> votes(SteadyTime now = kStart) const { return votes_.of(relay_.peer, now); }
  /// With these measures of the directory's own.
  [[nodiscard]] Rate rate_with(std::vector<Rate> own) const {
    for (const auto vote : votes()) own.push_back(vote);
    return low_median(std::move(own));
  }
  Party relay_ = party(200);
  RateVotes votes_;
};

TEST_F(RateVotesTest, are_one_for_each_reporter_the_last_one) {
  report(party(1), 100);
  report(party(2), 200);
  report(party(1), 150);
  EXPECT_EQ(votes(), (std::vector<Rate>{200, 150}));
}

TEST_F(RateVotesTest, are_one_for_each_network_and_for_each_family) {
  auto neighbour = party(1);
  neighbour.peer = {99};
  report(party(1, 200h), 100);
  report(neighbour, 500);
  auto brother = party(2, 50h);
  auto sister = party(3, 300h);
  brother.family = sister.family = crypto::Ed25519Public{7};
  report(brother, 600);
  report(sister, 700);
  EXPECT_EQ(votes(), (std::vector<Rate>{100, 700})) << "the relay that is known longest speaks for a party";
}

TEST_F(RateVotesTest, are_none_of_a_relay_itself_or_its_own_party) {
  report(relay_, 1'000'000);
  auto near = relay_;
  near.peer = {98};
  report(near, 1'000'000);
  relay_.family = crypto::Ed25519Public{7};
  auto sister = party(3);
  sister.family = relay_.family;
  report(sister, 1'000'000);
  auto nowhere = party(4);
  nowhere.address.reset();
  report(nowhere, 1'000'000);
  EXPECT_TRUE(votes().empty());
}

TEST_F(RateVotesTest, are_few_and_new_keys_displace_nobody) {
  for (std::uint8_t n = 1; n <= RateVoteLimits::votes; ++n) report(party(n, 100h), 100);
  for (std::uint8_t n = 50; n < 150; ++n) report(party(n, 1h), 1'000'000);
  EXPECT_EQ(votes(), std::vector<Rate>(RateVoteLimits::votes, 100));
  report(party(40, 200h), 300);
  EXPECT_EQ(votes().size(), RateVoteLimits::votes);
  EXPECT_EQ(votes().back(), 300U) << "a relay that is known longer has a place";
}

TEST_F(RateVotesTest, grow_old) {
  report(party(1), 100);
  EXPECT_EQ(votes(kStart + RateVoteLimits::life).size(), 1U);
  EXPECT_TRUE(votes(kStart + RateVoteLimits::life + 1s).empty());
}

TEST_F(RateVotesTest, of_liars_move_a_rate_no_further_than_honest_measures_differ) {
  const std::vector<Rate> own{90, 95, 100, 105, 110};
  for (const Rate lie : {Rate{1}, std::numeric_limits<Rate>::max()}) {
    votes_ = {};
    // As many as there are honest reports, and none of them is young.
    for (std::uint8_t n = 1; n <= RateVoteLimits::votes / 2; ++n) report(party(n, 1000h), lie);
    for (std::uint8_t n = 21; n <= 20 + RateVoteLimits::votes / 2; ++n) report(party(n), 100);
    EXPECT_GE(rate_with(own), 90U) << lie;
    EXPECT_LE(rate_with(own), 110U) << lie;
  }
}

TEST_F(RateVotesTest, of_many_liars_at_one_host_are_one) {
  for (std::uint8_t n = 1; n <= 200; ++n) {
    auto liar = party(5, 1000h);
    liar.peer = {n, 1};
    report(liar, 1'000'000);
  }
  EXPECT_EQ(votes().size(), 1U);
  EXPECT_EQ(rate_with({100, 100}), 100U);
}

}  // namespace
}  // namespace qnet::directory
