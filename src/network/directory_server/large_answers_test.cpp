#include "network/directory_server/large_answers.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace qnet::directory {
namespace {

class LargeAnswersTest : public ::testing::Test {
 protected:
  std::shared_ptr<LargeAnswers> answers_ = std::make_shared<LargeAnswers>();
  std::vector<std::shared_ptr<const void>> under_way_;
};

TEST_F(LargeAnswersTest, one_client_has_few_at_once) {
  for (unsigned i = 0; i < LargeAnswerLimits::per_client; ++i) under_way_.push_back(answers_->begin(1));
  EXPECT_NE(under_way_.back(), nullptr);
  EXPECT_EQ(answers_->begin(1), nullptr);
  EXPECT_NE(answers_->begin(2), nullptr);
  under_way_.pop_back();
  EXPECT_NE(answers_->begin(1), nullptr);
}

TEST_F(LargeAnswersTest, all_clients_have_a_bounded_number_at_once) {
  for (std::uint64_t client = 0; client < LargeAnswerLimits::in_all; ++client)
    under_way_.push_back(answers_->begin(client));
  EXPECT_NE(under_way_.back(), nullptr);
  EXPECT_EQ(answers_->begin(1'000'000), nullptr);
  under_way_.clear();
  EXPECT_EQ(answers_->under_way(), 0U);
}

}  // namespace
}  // namespace qnet::directory
