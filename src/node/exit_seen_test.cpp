#include "node/exit_seen.hpp"

#include <gtest/gtest.h>

namespace qnet::node {
namespace {

TEST(ExitSeen, is_where_the_exit_says_that_its_connections_come_from) {
  EXPECT_EQ(exit_seen("93.184.216.34", "8.8.4.4"), "93.184.216.34");
}

TEST(ExitSeen, is_where_it_takes_peers_when_it_does_not_say) {
  for (const auto* untold : {"", "0.0.0.0", "::"}) EXPECT_EQ(exit_seen(untold, "8.8.4.4"), "8.8.4.4");
}

TEST(ExitSeen, is_no_address_behind_a_translating_router) {
  EXPECT_EQ(exit_seen("10.0.0.5", "8.8.4.4"), "8.8.4.4");
  EXPECT_EQ(exit_seen("10.0.0.5", "10.0.0.6"), "10.0.0.5");
}

}  // namespace
}  // namespace qnet::node
