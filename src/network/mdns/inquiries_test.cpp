#include "network/mdns/inquiries.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::mdns {
namespace {

using namespace std::chrono_literals;

constexpr Subnet kHome{0xc0a80105, 0xffffff00};
constexpr Subnet kElsewhere{0x0a000105, 0xffffff00};

class InquiriesTest : public ::testing::Test {
 protected:
  /// Asks until the pauses are at their longest.
  void ask_for_long() {
    for (int i = 0; i < 20; ++i) {
      (void)inquiries_.due(present_, now_);
      now_ = *inquiries_.next_deadline();
    }
    (void)inquiries_.due(present_, now_);
  }

  base::testing::SeededRandom random_{1};
  Inquiries inquiries_{random_};
  Interfaces present_{{2, {kHome}}};
  Inquiries::Time now_{1h};
};

TEST_F(InquiriesTest, begin_at_once_and_become_ever_rarer) {
  EXPECT_EQ(inquiries_.due(present_, now_), std::vector{2U});
  EXPECT_TRUE(inquiries_.due(present_, now_).empty());
  EXPECT_GE(*inquiries_.next_deadline(), now_ + 1s + 20ms);
  EXPECT_LE(*inquiries_.next_deadline(), now_ + 1s + 120ms);
  now_ = *inquiries_.next_deadline();
  EXPECT_EQ(inquiries_.due(present_, now_), std::vector{2U});
  EXPECT_GE(*inquiries_.next_deadline(), now_ + 2s);
  ask_for_long();
  EXPECT_GE(*inquiries_.next_deadline(), now_ + 5min);
  EXPECT_LE(*inquiries_.next_deadline(), now_ + 5min + 120ms);
}

TEST_F(InquiriesTest, are_made_at_once_where_an_interface_appears_and_only_there) {
  ask_for_long();
  present_[3] = {kElsewhere};
  EXPECT_EQ(inquiries_.due(present_, now_ + 1s), std::vector{3U});
  EXPECT_LE(*inquiries_.next_deadline(), now_ + 3s);
  EXPECT_EQ(inquiries_.due(present_, now_ + 3s), std::vector{3U});
}

TEST_F(InquiriesTest, begin_again_where_an_interface_comes_into_another_network) {
  ask_for_long();
  present_[2] = {kElsewhere};
  EXPECT_EQ(inquiries_.due(present_, now_ + 1s), std::vector{2U});
  EXPECT_LE(*inquiries_.next_deadline(), now_ + 3s);
}

TEST_F(InquiriesTest, begin_again_where_an_interface_was_gone) {
  ask_for_long();
  EXPECT_TRUE(inquiries_.due({}, now_ + 1s).empty());
  EXPECT_FALSE(inquiries_.next_deadline());
  EXPECT_EQ(inquiries_.due(present_, now_ + 2s), std::vector{2U});
}

}  // namespace
}  // namespace qnet::mdns
