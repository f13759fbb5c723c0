#include "foundation/base/at_most_every.hpp"

#include <gtest/gtest.h>

namespace qnet::base {
namespace {

using namespace std::chrono_literals;

TEST(AtMostEvery, is_true_once_in_each_pause) {
  const AtMostEvery::TimePoint now{1000h};
  AtMostEvery lines(1min);
  EXPECT_TRUE(lines.take(now));
  EXPECT_FALSE(lines.take(now + 59s));
  EXPECT_TRUE(lines.take(now + 60s));
  EXPECT_FALSE(lines.take(now + 119s));
}

}  // namespace
}  // namespace qnet::base
