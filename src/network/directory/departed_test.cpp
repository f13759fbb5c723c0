#include "network/directory/departed.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::kStart;

PeerKey key(std::uint32_t number) {
  PeerKey peer{};
  std::memcpy(peer.data(), &number, sizeof number);
  return peer;
}

TEST(DepartedPeers, are_remembered_for_eleven_minutes) {
  DepartedPeers departed;
  departed.add(key(1), 7, kStart);
  EXPECT_EQ(departed.last(key(1), kStart + 11min - 1s), 7U);
  EXPECT_EQ(departed.last(key(1), kStart + 11min), 0U);
  departed.expire(kStart + 11min);
  EXPECT_EQ(departed.size(), 0U);
}

TEST(DepartedPeers, keep_the_highest_number) {
  DepartedPeers departed;
  departed.add(key(1), 7, kStart);
  departed.add(key(1), 5, kStart + 1min);
  EXPECT_EQ(departed.last(key(1), kStart + 2min), 7U);
  EXPECT_EQ(departed.size(), 1U);
}

TEST(DepartedPeers, the_next_one_is_remembered_when_all_places_are_taken) {
  DepartedPeers departed;
  for (std::uint32_t i = 0; i < RosterLimits::departed_peers; ++i)
    departed.add(key(i), 7, kStart + std::chrono::milliseconds(i));
  departed.add(key(1'000'000), 9, kStart + 1min);
  EXPECT_EQ(departed.size(), RosterLimits::departed_peers);
  EXPECT_EQ(departed.last(key(1'000'000), kStart + 1min), 9U);
  EXPECT_EQ(departed.last(key(0), kStart + 1min), 0U) << "it would have ended first";
  EXPECT_EQ(departed.last(key(1), kStart + 1min), 7U);
}

}  // namespace
}  // namespace qnet::directory
