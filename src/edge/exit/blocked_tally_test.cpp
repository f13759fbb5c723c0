#include "edge/exit/blocked_tally.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace qnet::exit {
namespace {

using ::testing::EndsWith;

constexpr std::chrono::system_clock::time_point kTime{std::chrono::seconds(1'795'878'045)};

TEST(BlockedTally, tells_each_kind_once_and_how_often) {
  BlockedTally tally;
  EXPECT_TRUE(tally.empty());
  for (int i = 0; i < 3; ++i) tally.add(Refusal::port, "port 25, name");
  tally.add(Refusal::private_network, "port 443, IPv4 private network");
  tally.add(Refusal::port, "port 26, name");
  EXPECT_FALSE(tally.empty());
  EXPECT_EQ(
      tally.take(kTime),
      "2026-11-28T15:00Z reason=port destination=\"port 25, name\" times=3\n"
      "2026-11-28T15:00Z reason=port destination=\"port 26, name\" times=1\n"
      "2026-11-28T15:00Z reason=private_network destination=\"port 443, IPv4 private network\" times=1\n");
  EXPECT_TRUE(tally.empty());
  EXPECT_EQ(tally.take(kTime), "");
}

TEST(BlockedTally, has_a_bounded_number_of_lines_however_many_ports_are_tried) {
  BlockedTally tally;
  for (int port = 0; port < 65'536; ++port)
    tally.add(Refusal::port, "port " + std::to_string(port) + ", name");
  const auto lines = tally.take(kTime);
  EXPECT_EQ(std::ranges::count(lines, '\n'), 33);
  EXPECT_THAT(lines, EndsWith("reason=several destination=\"further kinds\" times=65504\n"));
  tally.add(Refusal::port, "port 25, name");
  EXPECT_THAT(tally.take(kTime), EndsWith("times=1\n"));
}

}  // namespace
}  // namespace qnet::exit
