#include "foundation/base/utc_time.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace qnet::base {
namespace {

constexpr std::chrono::system_clock::time_point at(std::chrono::milliseconds since_1970) {
  return std::chrono::system_clock::time_point(since_1970);
}

TEST(UtcTime, is_told_to_the_second_the_millisecond_the_minute_and_the_day) {
  const auto time = at(std::chrono::milliseconds(1'795'878'045'007));
  EXPECT_EQ(utc_text(time), "2026-11-28T15:00:45Z");
  EXPECT_EQ(utc_text_to_millisecond(time), "2026-11-28T15:00:45.007Z");
  EXPECT_EQ(utc_text_to_minute(time), "2026-11-28T15:00Z");
  EXPECT_EQ(utc_day_text(time), "2026-11-28");
}

TEST(UtcTime, a_whole_second_has_milliseconds_too) {
  EXPECT_EQ(utc_text_to_millisecond(at(std::chrono::seconds(60))), "1970-01-01T00:01:00.000Z");
}

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(UtcText, is_to_the_second) {
  const sys_seconds time{seconds(1'764'076'920)};
  EXPECT_EQ(utc_text(time), "2025-11-25T13:22:00Z");
  EXPECT_EQ(utc_text(std::chrono::system_clock::time_point(time + std::chrono::milliseconds(999))),
            "2025-11-25T13:22:00Z");
}

TEST(UtcText, tells_every_moment_that_a_peer_can_name) {
  using Number = seconds::rep;
  EXPECT_EQ(utc_text(sys_seconds(seconds(253'402'300'799))), "9999-12-31T23:59:59Z");
  for (const Number number : {Number{1} << 48, std::numeric_limits<Number>::max()})
    EXPECT_EQ(utc_text(sys_seconds(seconds(number))), "9999-12-31T23:59:59Z");
  for (const Number number : {Number{0}, Number{-1}, std::numeric_limits<Number>::min()})
    EXPECT_EQ(utc_text(sys_seconds(seconds(number))), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace qnet::base
