#include "protocol/mux/used_ids.hpp"

#include <set>

#include <gmock/gmock.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::mux {
namespace {

TEST(UsedIds, takes_each_number_once_in_any_order) {
  UsedIds ids(2, 8);
  for (const StreamId id : {6U, 2U, 12U, 8U, 4U, 10U}) {
    EXPECT_FALSE(ids.contains(id));
    EXPECT_TRUE(ids.insert(id));
    EXPECT_TRUE(ids.contains(id));
    EXPECT_FALSE(ids.insert(id));
  }
  EXPECT_FALSE(ids.contains(14));
}

TEST(UsedIds, reaches_the_last_number) {
  UsedIds ids(1, 8);
  EXPECT_TRUE(ids.insert(0xFFFFFFFF));
  EXPECT_FALSE(ids.insert(0xFFFFFFFF));
  EXPECT_TRUE(ids.insert(0xFFFFFFFD));
  EXPECT_TRUE(ids.insert(1));
  EXPECT_FALSE(ids.contains(3));
}

TEST(UsedIds, remembers_no_more_gaps_than_allowed) {
  UsedIds ids(1, 2);
  EXPECT_TRUE(ids.insert(5));    // 1 to 3
  EXPECT_TRUE(ids.insert(101));  // 7 to 99
  EXPECT_FALSE(ids.insert(105));
  EXPECT_FALSE(ids.insert(51));
  EXPECT_TRUE(ids.insert(7));  // an end of a gap splits nothing
  EXPECT_TRUE(ids.insert(103));
}

TEST(UsedIds, agrees_with_a_plain_set) {
  base::testing::SeededRandom random(7);
  UsedIds ids(1, 1000);
  std::set<StreamId> model;
  for (int i = 0; i < 3000; ++i) {
    const StreamId id = 1 + 2 * random.below(700);
    EXPECT_EQ(ids.contains(id), model.contains(id));
    EXPECT_EQ(ids.insert(id), model.insert(id).second);
  }
}

}  // namespace
}  // namespace qnet::mux
