#include "transport/mirror/pauses.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::mirror {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class KeepersPauses : public ::testing::Test {
 protected:
  void expect(bool measured, milliseconds least) {
    const auto pause = pauses.next(measured, random);
    EXPECT_GE(pause, least);
    EXPECT_LT(pause, least * 6 / 5);
  }
  Pauses pauses{minutes(60), seconds(5)};
  base::testing::SeededRandom random{3};
};

TEST_F(KeepersPauses, are_the_interval_after_a_success) {
  for (int i = 0; i < 100; ++i) expect(true, minutes(60));
}

TEST_F(KeepersPauses, double_from_failure_to_failure_up_to_the_interval) {
  for (int doubled = 0; doubled < 10; ++doubled) expect(false, seconds(5) * (1 << doubled));
  for (int i = 0; i < 5; ++i) expect(false, minutes(60));
}

TEST_F(KeepersPauses, begin_anew_after_a_success) {
  for (int i = 0; i < 5; ++i) (void)pauses.next(false, random);
  expect(true, minutes(60));
  expect(false, seconds(5));
  expect(false, seconds(10));
}

TEST_F(KeepersPauses, do_not_repeat_themselves) {
  EXPECT_NE(pauses.next(true, random), pauses.next(true, random));
}

}  // namespace
}  // namespace qnet::mirror
