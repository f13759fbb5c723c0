#include "foundation/base/utc_time.hpp"

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

}  // namespace
}  // namespace qnet::base
