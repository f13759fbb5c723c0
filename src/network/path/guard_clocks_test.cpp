#include "network/path/guard_clocks.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::peer_of;

class GuardClocksTest : public ::testing::Test {
 protected:
  /// A minute after a handshake in which the guard's clock was so far ahead of ours.
  WallTime time(std::chrono::seconds ahead, const peer::PeerId& guard = peer_of(1)) {
    return clocks_.time(guard, link::PeerTime{wall_ + ahead, handshake_}, now());
  }
  [[nodiscard]] Now now() const { return {wall_ + 1min, handshake_ + 1min}; }

  const WallTime wall_{1'800'000'000s};
  const SteadyTime handshake_{77h};
  GuardClocks clocks_;
};

TEST_F(GuardClocksTest, the_guards_clock_is_told_where_it_differs) {
  for (const auto ahead : {61s, -61s, -300s, 300s, 660s, -660s})
    EXPECT_EQ(time(ahead), now().wall + ahead) << ahead.count();
}

TEST_F(GuardClocksTest, ours_is_told_where_both_agree_within_a_minute) {
  for (const auto ahead : {0s, 1s, -1s, 59s, -59s, 60s, -60s})
    EXPECT_EQ(time(ahead), now().wall) << ahead.count();
}

TEST_F(GuardClocksTest, ours_is_told_where_no_handshake_tells) {
  EXPECT_EQ(clocks_.time(peer_of(1), std::nullopt, now()), now().wall);
}

TEST_F(GuardClocksTest, a_guard_moves_the_time_by_eleven_minutes_at_most) {
  for (const auto ahead : {661s, -661s, 86400s, std::chrono::seconds(1LL << 47)})
    EXPECT_EQ(time(ahead), now().wall) << ahead.count();
}

TEST_F(GuardClocksTest, no_time_that_a_guard_can_tell_is_too_large_to_be_looked_at) {
  using Number = std::chrono::seconds::rep;
  constexpr auto least = std::numeric_limits<Number>::min();
  constexpr auto most = std::numeric_limits<Number>::max();
  constexpr Number in_a_handshake = (Number{1} << 48) - 1;
  for (const Number number :
       {Number{0}, in_a_handshake, in_a_handshake + 1, least, least + 1, most - 1, most}) {
    const WallTime told{std::chrono::seconds(number)};
    EXPECT_EQ(clocks_.time(peer_of(1), link::PeerTime{told, handshake_}, now()), now().wall) << number;
  }
}

TEST_F(GuardClocksTest, a_clock_that_is_set_after_the_handshake_changes_nothing) {
  const link::PeerTime told{wall_ + 300s, handshake_};
  const Now set_right{wall_ + 1min + 300s, handshake_ + 1min};
  EXPECT_EQ(clocks_.time(peer_of(1), told, set_right), set_right.wall);
}

TEST_F(GuardClocksTest, after_a_refusal_the_other_clock_is_told) {
  EXPECT_EQ(time(300s), now().wall + 300s);
  clocks_.refused(peer_of(1));
  EXPECT_EQ(time(300s), now().wall);
  EXPECT_EQ(time(300s), now().wall) << "until the next refusal";
  clocks_.refused(peer_of(1));
  EXPECT_EQ(time(300s), now().wall + 300s);
}

TEST_F(GuardClocksTest, a_refusal_where_the_clocks_agree_is_not_the_clocks_fault) {
  EXPECT_EQ(time(60s), now().wall);
  clocks_.refused(peer_of(1));
  EXPECT_EQ(time(60s), now().wall);
  EXPECT_EQ(time(300s), now().wall + 300s);
}

TEST_F(GuardClocksTest, what_one_guard_tells_is_nothing_to_circuits_behind_others) {
  EXPECT_EQ(time(300s), now().wall + 300s);
  EXPECT_EQ(time(-70s, peer_of(2)), now().wall - 70s);
  clocks_.refused(peer_of(2));
  EXPECT_EQ(time(300s), now().wall + 300s);
}

TEST_F(GuardClocksTest, what_is_remembered_has_a_bound) {
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(time(300s, peer_of(i)), now().wall + 300s);
}

}  // namespace
}  // namespace qnet::path
