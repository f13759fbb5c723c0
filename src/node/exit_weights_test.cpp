#include "node/exit_weights.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::node {
namespace {

std::vector<directory::Listed> exits_at(const std::vector<directory::Rate>& rates) {
  std::vector<directory::Listed> exits;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const auto keys = directory::testing::identity(i);
    auto descriptor = directory::SignedDescriptor::sign(directory::testing::descriptor_of(keys), keys);
    directory::Listed listed{std::move(descriptor), {i % 2 == 0 ? "SE" : "NO"}};
    listed.measured = rates[i];
    exits.push_back(std::move(listed));
  }
  return exits;
}

TEST(ExitWeights, follow_what_was_measured) {
  const auto weights =
      exit_weights(exits_at({10'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000}), {});
  EXPECT_LT(weights[0], weights[1] / 50);
  EXPECT_GT(weights[0], 0U) << "nobody is drawn never";
}

TEST(ExitWeights, are_nothing_for_exits_elsewhere) {
  const auto weights = exit_weights(exits_at({1'000, 1'000, 1'000}), {"NO", "FI"});
  EXPECT_EQ(weights[0], 0U);
  EXPECT_GT(weights[1], 0U);
  base::testing::SeededRandom random(1);
  EXPECT_EQ(path::draw(weights, random), 1U);
  EXPECT_FALSE(path::draw(exit_weights({}, {}), random));
}

}  // namespace
}  // namespace qnet::node
