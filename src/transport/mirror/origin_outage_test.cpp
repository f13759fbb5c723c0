#include "transport/mirror/origin_outage.hpp"

#include <gtest/gtest.h>

namespace qnet::mirror {
namespace {

using namespace std::chrono_literals;

class OriginOutageTest : public ::testing::Test {
 protected:
  /// How long peers are turned away by failures so far apart, within two days.
  std::chrono::seconds turned_away(std::chrono::seconds apart) {
    const auto start = now;
    while (outage.turns_peers_away(now) && now < start + 48h) now += apart;
    return std::chrono::duration_cast<std::chrono::seconds>(now - start);
  }
  OriginOutage outage;
  OriginOutage::Time now{1000h};
};

TEST_F(OriginOutageTest, is_shared_by_peers_for_a_quarter_of_an_hour) {
  EXPECT_GE(turned_away(1s), 14min);
  EXPECT_LE(now - OriginOutage::Time(1000h), 15min);
}

TEST_F(OriginOutageTest, counts_time_that_nobody_saw_as_a_minute) {
  EXPECT_LE(turned_away(60s), 16min);
  OriginOutage other;
  now += 1h;
  int times = 0;
  while (other.turns_peers_away(now) && times < 1000) {
    now += 5min;
    ++times;
  }
  EXPECT_GE(times, 14);
  EXPECT_LE(times, 17) << "a lone client that comes again and again is not kept out for long";
}

TEST_F(OriginOutageTest, is_not_shared_again_at_once_when_the_origin_comes_and_goes) {
  (void)turned_away(1s);
  now += 1h;  // of a day's 24
  EXPECT_LE(turned_away(1s), 1min);
}

TEST_F(OriginOutageTest, is_shared_again_a_day_later) {
  (void)turned_away(1s);
  now += 24h;
  EXPECT_GE(turned_away(1s), 13min);
}

TEST_F(OriginOutageTest, keeps_peers_out_for_a_hundredth_of_the_time_however_it_is_used) {
  for (const auto apart : {1s, 20s, 60s, 90s, 600s}) {
    OriginOutage tried;
    const auto end = now + 240h;
    std::chrono::seconds out{};
    for (; now < end; now += apart)
      if (tried.turns_peers_away(now)) out += std::min<std::chrono::seconds>(apart, 1min);
    EXPECT_LE(out, 150min + 15min) << apart.count();
  }
}

}  // namespace
}  // namespace qnet::mirror
