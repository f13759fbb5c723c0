#include "network/discovery/missing_relays.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::discovery {
namespace {

using namespace std::chrono_literals;

TEST(MissingRelays, have_the_list_asked_for_seldom_however_often_strangers_ask) {
  MissingRelays missing;
  base::testing::SeededRandom random(1);
  auto now = MissingRelays::Time(1h);
  EXPECT_TRUE(missing.ask(now, random));
  EXPECT_FALSE(missing.ask(now, random));
  int asked = 0;
  for (const auto end = now + 24h; now < end; now += 1s) asked += missing.ask(now, random) ? 1 : 0;
  EXPECT_LT(asked, 150);
  EXPECT_GT(asked, 70);
  now += 2h;
  EXPECT_TRUE(missing.ask(now, random));
  EXPECT_TRUE(missing.ask(now + 15s, random)) << "after a quiet time it begins anew";
}

}  // namespace
}  // namespace qnet::discovery
