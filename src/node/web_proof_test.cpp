#include "node/web_proof.hpp"

#include <gtest/gtest.h>

namespace qnet::node {
namespace {

using std::chrono::seconds;

/// A tunnel, programs' bytes, and a clock.
class WebProofTest : public ::testing::Test {
 protected:
  void look() { proof_.look(stands_, up_, down_, now_); }
  void after(seconds time) {
    now_ += time;
    look();
  }
  void check(bool came_back) {
    proof_.check_began(now_);
    proof_.check_ended(came_back, now_);
  }

  WebProof proof_;
  bool stands_ = true;
  std::uint64_t up_ = 0;
  std::uint64_t down_ = 0;
  WebProof::TimePoint now_{std::chrono::hours(1)};
};

TEST_F(WebProofTest, is_none_without_a_tunnel) {
  stands_ = false;
  look();
  EXPECT_FALSE(proof_.proven());
  EXPECT_FALSE(proof_.wants_check(now_));
}

TEST_F(WebProofTest, is_not_that_a_tunnel_stands) {
  look();
  EXPECT_FALSE(proof_.proven());
  EXPECT_TRUE(proof_.wants_check(now_));
}

TEST_F(WebProofTest, is_a_byte_for_a_program) {
  look();
  down_ = 1;
  look();
  EXPECT_TRUE(proof_.proven());
  EXPECT_FALSE(proof_.wants_check(now_));
}

TEST_F(WebProofTest, is_a_check_that_was_answered) {
  look();
  check(true);
  EXPECT_TRUE(proof_.proven());
}

TEST_F(WebProofTest, is_gone_with_the_tunnel) {
  look();
  check(true);
  stands_ = false;
  look();
  stands_ = true;
  look();
  EXPECT_FALSE(proof_.proven());
  EXPECT_TRUE(proof_.wants_check(now_));
}

TEST_F(WebProofTest, is_old_when_programs_ask_and_nothing_comes) {
  look();
  check(true);
  up_ = 100;
  look();
  after(seconds(14));
  EXPECT_TRUE(proof_.proven());
  after(seconds(1));
  EXPECT_FALSE(proof_.proven());
  EXPECT_TRUE(proof_.wants_check(now_));
}

TEST_F(WebProofTest, stays_while_nobody_asks) {
  look();
  check(true);
  after(std::chrono::hours(5));
  EXPECT_TRUE(proof_.proven());
}

TEST_F(WebProofTest, is_asked_for_more_and_more_rarely) {
  look();
  seconds last{0};
  for (int i = 0; i < 10; ++i) {
    seconds waited{0};
    for (; !proof_.wants_check(now_); ++waited) after(seconds(1));
    EXPECT_GE(waited, last);
    EXPECT_LE(waited, WebProofLimits::longest_pause);
    last = waited;
    check(false);
  }
  EXPECT_EQ(last, WebProofLimits::longest_pause);
  EXPECT_TRUE(proof_.silent());
}

TEST_F(WebProofTest, is_never_checked_twice_at_once) {
  look();
  proof_.check_began(now_);
  after(std::chrono::hours(1));
  EXPECT_FALSE(proof_.wants_check(now_));
}

/// The check was of the tunnel before.
TEST_F(WebProofTest, is_no_check_that_outlived_its_tunnel) {
  look();
  proof_.check_began(now_);
  stands_ = false;
  look();
  proof_.check_ended(true, now_);
  EXPECT_FALSE(proof_.proven());
}

}  // namespace
}  // namespace qnet::node
