#include "network/path/weights.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/testing/chi_square.hpp"

namespace qnet::path {
namespace {

using base::testing::SeededRandom;

double share(const std::vector<std::uint32_t>& weights, std::size_t index) {
  return weights[index] / std::accumulate(weights.begin(), weights.end(), 0.0);
}

std::vector<Bandwidth> even(std::size_t count, std::uint64_t bandwidth) {
  return std::vector<Bandwidth>(count, {bandwidth, 0});
}

TEST(Weights, are_in_proportion_to_what_was_measured) {
  auto relays = even(50, 1000);
  relays[0].measured = 2000;
  const auto weights = weights_of(relays);
  EXPECT_NEAR(weights[0], 2.0 * weights[1], 2);
}

TEST(Weights, are_capped_by_what_the_relay_declares) {
  auto relays = even(50, 1000);
  relays[0].declared = 100;
  const auto weights = weights_of(relays);
  EXPECT_NEAR(weights[0], 0.1 * weights[1], 2);
}

TEST(Weights, never_grow_with_what_the_relay_declares) {
  auto relays = even(50, 1000);
  for (auto& relay : relays) relay.declared = 1000;
  const auto before = weights_of(relays);
  relays[0].declared = 1'000'000'000;
  relays[1] = {std::nullopt, 1'000'000'000};
  const auto after = weights_of(relays);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_EQ(after[1], after[2]) << "unmeasured: the low quartile of the measured";
}

TEST(Weights, of_the_unmeasured_are_a_low_quartile_and_never_none) {
  std::vector<Bandwidth> relays;
  for (std::uint64_t i = 1; i <= 41; ++i) relays.push_back({i * 100, 0});
  relays.push_back({std::nullopt, 0});
  const auto weights = weights_of(relays);
  EXPECT_EQ(weights[41], weights[10]) << "1100, which ten of 41 do not reach";
  relays[41].declared = 50;
  EXPECT_LT(weights_of(relays)[41], weights[0]) << "also capped by what it declares";
}

TEST(Weights, of_all_unmeasured_together_are_a_quarter_beside_measured_ones) {
  auto relays = even(100, 1000);
  relays.resize(2000, {std::nullopt, 0});
  const auto weights = weights_of(relays);
  const auto unmeasured = std::accumulate(weights.begin() + 100, weights.end(), 0.0);
  EXPECT_NEAR(unmeasured / std::accumulate(weights.begin(), weights.end(), 0.0), 0.25, 0.001);
}

TEST(Weights, are_alike_when_nobody_was_measured_whatever_is_declared) {
  std::vector<Bandwidth> relays{{std::nullopt, 10}, {std::nullopt, 1'000'000}, {std::nullopt, 0}};
  const auto weights = weights_of(relays);
  EXPECT_EQ(weights[0], weights[1]);
  EXPECT_EQ(weights[0], weights[2]);
}

TEST(Weights, of_one_relay_are_a_twentieth_in_a_large_network_whatever_was_measured) {
  auto relays = even(100, 1000);
  relays[3].measured = 1'000'000'000;
  EXPECT_NEAR(share(weights_of(relays), 3), 0.05, 0.0001);
  relays[4].measured = 2'000'000;
  EXPECT_NEAR(share(weights_of(relays), 4), 0.05, 0.0001);
}

TEST(Weights, of_one_relay_are_a_fifth_in_a_small_network) {
  auto relays = even(8, 1000);
  relays[3].measured = 1'000'000'000;
  EXPECT_NEAR(share(weights_of(relays), 3), 0.2, 0.0001);
  auto few = even(3, 1000);
  few[0].measured = 1'000'000'000;
  EXPECT_NEAR(share(weights_of(few), 0), 1.0 / 3, 0.0001);
}

TEST(Weights, of_a_relay_that_was_measured_as_dead_are_not_zero) {
  auto relays = even(10, 1'000'000);
  relays[0].measured = 0;
  const auto weights = weights_of(relays);
  EXPECT_GT(weights[0], 0U);
  EXPECT_LT(weights[0], weights[1] / 100'000);
}

TEST(Weights, of_exits_as_inner_hops_fall_where_exits_are_scarce) {
  EXPECT_EQ(part_of_exits(0, 100), 1.0);
  EXPECT_NEAR(part_of_exits(100, 100), 2.0 / 3, 1e-9) << "all are exits: each third byte leaves there";
  EXPECT_NEAR(part_of_exits(50, 100), 1.0 / 3, 1e-9);
  EXPECT_EQ(part_of_exits(10, 100), WeightLimits::scarcest_exit);
}

TEST(Draw, gives_nothing_where_all_weights_are_zero) {
  SeededRandom random{1};
  EXPECT_FALSE(draw(std::vector<std::uint32_t>{}, random));
  EXPECT_FALSE(draw(std::vector<std::uint32_t>{0, 0}, random));
}

TEST(Draw, follows_the_weights_over_a_hundred_thousand_draws) {
  SeededRandom random{2};
  std::vector<Bandwidth> relays;
  for (std::size_t i = 0; i < 60; ++i) {
    const bool known = random.below(4) != 0;
    relays.push_back({known ? std::optional<std::uint64_t>(random.below(1'000'000)) : std::nullopt,
                      random.below(2) == 0 ? 0 : random.below(1'000'000)});
  }
  const auto weights = weights_of(relays);
  std::vector<double> chances;
  for (std::size_t i = 0; i < weights.size(); ++i) chances.push_back(share(weights, i));
  std::vector<std::size_t> counts(weights.size());
  for (int i = 0; i < 100'000; ++i) ++counts[draw(weights, random).value()];
  EXPECT_LT(testing::chi_square_excess(counts, chances), 1);
  // The test can tell: the same counts against another rule.
  const std::vector<double> alike(weights.size(), 1.0 / static_cast<double>(weights.size()));
  EXPECT_GT(testing::chi_square_excess(counts, alike), 10);
}

}  // namespace
}  // namespace qnet::path
