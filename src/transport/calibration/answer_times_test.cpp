#include "transport/calibration/answer_times.hpp"

#include <gmock/gmock.h>

namespace qnet::calibration {
namespace {

using std::chrono::microseconds;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

htx::MirrorProfile profile(const std::string& name, std::uint16_t group, std::vector<int> times) {
  auto made = htx::builtin_profiles().front();
  made.name = name;
  made.group = group;
  made.answer_after.clear();
  for (const auto time : times) made.answer_after.emplace_back(time);
  return made;
}

TEST(AnswerTimes, are_shared_by_templates_that_make_the_origin_do_the_same) {
  std::vector round{profile("a", 0x1d, {10, 20}), profile("b", 0x1d, {20, 30}), profile("c", 0x11ec, {90})};
  share_answer_times(round, {});
  for (const auto& one : {round[0], round[1]})
    EXPECT_THAT(one.answer_after,
                UnorderedElementsAre(microseconds(10), microseconds(20), microseconds(20), microseconds(30)));
  EXPECT_THAT(round[2].answer_after, UnorderedElementsAre(microseconds(90)));
}

TEST(AnswerTimes, keep_those_of_the_round_before_while_there_are_few) {
  std::vector round{profile("a", 0x1d, {10})};
  share_answer_times(round, htx::MirrorProfiles({profile("a", 0x1d, {7, 8}), profile("b", 0x1d, {9})}));
  EXPECT_THAT(round[0].answer_after,
              UnorderedElementsAre(microseconds(10), microseconds(7), microseconds(8)));
}

TEST(AnswerTimes, are_bounded_and_begin_with_a_templates_own) {
  std::vector round{profile("a", 0x1d, std::vector<int>(40, 5)), profile("b", 0x1d, {6})};
  round[0].answer_after.resize(10);
  share_answer_times(round, htx::MirrorProfiles({profile("b", 0x1d, std::vector<int>(40, 4))}));
  EXPECT_THAT(round[1].answer_after, SizeIs(kAnswerTimes));
  EXPECT_EQ(round[1].answer_after.front(), microseconds(6));
}

TEST(AnswerTimes, of_a_profile_that_was_not_measured_now_stay) {
  const auto kept = profile("a", 0x1d, {3});
  std::vector round{kept, profile("b", 0x1d, {6})};
  share_answer_times(round, htx::MirrorProfiles({kept}));
  EXPECT_EQ(round[0], kept);
  EXPECT_THAT(round[1].answer_after, UnorderedElementsAre(microseconds(6)));
}

}  // namespace
}  // namespace qnet::calibration
