#include "overlay/uplink/known_lacks.hpp"

#include <gtest/gtest.h>

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{};
constexpr KnownLacks::Exit kOne{1};
constexpr KnownLacks::Exit kOther{2};

TEST(KnownLacks, an_exit_may_serve_what_nobody_has_denied) {
  EXPECT_TRUE(KnownLacks().may_serve(kOne, 443, kStart));
}

TEST(KnownLacks, a_port_is_remembered_for_its_exit_alone_and_for_a_while) {
  KnownLacks lacks;
  lacks.serves_not(kOne, 8443, kStart);
  EXPECT_FALSE(lacks.may_serve(kOne, 8443, kStart));
  EXPECT_TRUE(lacks.may_serve(kOne, 443, kStart));
  EXPECT_TRUE(lacks.may_serve(kOther, 8443, kStart));
  EXPECT_TRUE(lacks.lacks_a_port(kOne, kStart));
  EXPECT_FALSE(lacks.full(kOne, kStart));
  EXPECT_FALSE(lacks.may_serve(kOne, 8443, kStart + UplinkLimits::without_port - 1ms));
  EXPECT_TRUE(lacks.may_serve(kOne, 8443, kStart + UplinkLimits::without_port));
}

TEST(KnownLacks, a_full_exit_serves_no_port_for_a_shorter_while) {
  KnownLacks lacks;
  lacks.is_full(kOne, kStart);
  EXPECT_FALSE(lacks.may_serve(kOne, 443, kStart));
  EXPECT_TRUE(lacks.full(kOne, kStart));
  EXPECT_FALSE(lacks.lacks_a_port(kOne, kStart));
  EXPECT_TRUE(lacks.may_serve(kOne, 443, kStart + UplinkLimits::full));
}

TEST(KnownLacks, a_peer_that_is_no_exit_serves_no_port_and_is_not_called_full) {
  KnownLacks lacks;
  lacks.is_none(kOne, kStart);
  EXPECT_FALSE(lacks.may_serve(kOne, 443, kStart));
  EXPECT_FALSE(lacks.full(kOne, kStart));
  EXPECT_TRUE(lacks.may_serve(kOne, 443, kStart + UplinkLimits::without_exit));
}

TEST(KnownLacks, a_fact_that_is_told_again_counts_from_then) {
  KnownLacks lacks;
  lacks.is_full(kOne, kStart);
  lacks.is_full(kOne, kStart + 5s);
  EXPECT_TRUE(lacks.full(kOne, kStart + UplinkLimits::full));
}

TEST(KnownLacks, its_memory_is_bounded_and_the_oldest_fact_is_forgotten_first) {
  KnownLacks lacks;
  const auto last = static_cast<std::uint16_t>(UplinkLimits::known_lacks + 1);
  for (std::uint16_t port = 1; port <= last; ++port) lacks.serves_not(kOne, port, kStart);
  EXPECT_TRUE(lacks.may_serve(kOne, 1, kStart));
  EXPECT_FALSE(lacks.may_serve(kOne, 2, kStart));
  EXPECT_FALSE(lacks.may_serve(kOne, last, kStart));
}

}  // namespace
}  // namespace qnet::uplink
