#include "line/losses.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace qnet::line {
namespace {

constexpr int kPackets = 200'000;

std::vector<bool> fates(Losses losses, int packets = kPackets) {
  std::vector<bool> lost;
  for (int i = 0; i < packets; ++i) lost.push_back(losses.next());
  return lost;
}

double share(const std::vector<bool>& lost) {
  return static_cast<double>(std::count(lost.begin(), lost.end(), true)) / static_cast<double>(lost.size());
}

/// The mean length of a run of lost packets.
double mean_run(const std::vector<bool>& lost) {
  int runs = 0, count = 0;
  for (std::size_t i = 0; i < lost.size(); ++i) {
    count += lost[i] ? 1 : 0;
    runs += lost[i] && (i == 0 || !lost[i - 1]) ? 1 : 0;
  }
  return static_cast<double>(count) / runs;
}

TEST(Losses, no_share_loses_nothing_and_the_whole_share_loses_all) {
  EXPECT_EQ(share(fates(Losses(0, 0, 1))), 0);
  EXPECT_EQ(share(fates(Losses(0, 5, 1))), 0);
  EXPECT_EQ(share(fates(Losses(1, 0, 1))), 1);
  EXPECT_EQ(share(fates(Losses(1, 5, 1))), 1);
}

TEST(Losses, independent_loss_has_its_share_and_short_runs) {
  const auto lost = fates(Losses(0.02, 0, 1));
  EXPECT_NEAR(share(lost), 0.02, 0.002);
  EXPECT_NEAR(mean_run(lost), 1.02, 0.02);
}

TEST(Losses, bursts_keep_the_share_and_have_their_length) {
  const auto lost = fates(Losses(0.02, 5, 1));
  EXPECT_NEAR(share(lost), 0.02, 0.003);
  EXPECT_NEAR(mean_run(lost), 5, 0.3);
}

TEST(Losses, a_burst_too_short_for_the_share_is_made_longer) {
  const auto lost = fates(Losses(0.9, 1, 1));
  EXPECT_NEAR(share(lost), 0.9, 0.01);
  EXPECT_NEAR(mean_run(lost), 9, 0.5);
}

TEST(Losses, the_same_seed_loses_the_same_packets) {
  EXPECT_EQ(fates(Losses(0.1, 0, 7), 1000), fates(Losses(0.1, 0, 7), 1000));
  EXPECT_NE(fates(Losses(0.1, 0, 7), 1000), fates(Losses(0.1, 0, 8), 1000));
}

}  // namespace
}  // namespace qnet::line
