#include "node/part.hpp"

#include <gmock/gmock.h>

#include "node/testing/recorded_part.hpp"

namespace qnet::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Record;
using testing::RecordedPart;

class Parts : public ::testing::Test {
 protected:
  void add(const char* name, bool fails = false) {
    list.add(std::make_unique<RecordedPart>(name, record, fails));
  }
  [[nodiscard]] std::string sections() const {
    control::Status status;
    list.fill(status);
    return status.problem;
  }

  Record record;
  PartList list;
};

TEST_F(Parts, start_and_join_in_order) {
  add("a");
  add("b");
  ASSERT_TRUE(list.start());
  list.join();
  EXPECT_THAT(record, ElementsAre("start a", "start b", "join a", "join b"));
}

TEST_F(Parts, stop_and_finish_in_the_reverse_order) {
  add("a");
  add("b");
  ASSERT_TRUE(list.start());
  record.clear();
  list.stop(nullptr);
  list.finish();
  EXPECT_THAT(record, ElementsAre("stop b", "stop a", "finish b", "finish a"));
}

TEST_F(Parts, that_started_before_one_that_failed_are_stopped_and_no_others_touched) {
  add("a");
  add("b");
  add("c", true);
  add("d");
  const auto started = list.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr(": c"));
  EXPECT_THAT(record,
              ElementsAre("start a", "start b", "start c", "stop b", "stop a", "finish b", "finish a"));
}

TEST_F(Parts, that_failed_to_start_are_not_stopped_again) {
  add("a");
  add("b", true);
  ASSERT_FALSE(list.start());
  record.clear();
  list.stop(nullptr);
  list.finish();
  EXPECT_THAT(record, ElementsAre());
}

TEST_F(Parts, do_not_join_after_they_stopped) {
  add("a");
  ASSERT_TRUE(list.start());
  list.stop(nullptr);
  record.clear();
  list.join();
  EXPECT_THAT(record, ElementsAre());
}

TEST_F(Parts, add_their_sections_once_they_have_started) {
  add("a");
  add("b");
  EXPECT_EQ(sections(), "");
  ASSERT_TRUE(list.start());
  EXPECT_EQ(sections(), "ab");
}

TEST_F(Parts, all_get_the_farewell) {
  std::vector<Farewell> held;
  for (const auto* const name : {"a", "b"})
    list.add(std::make_unique<RecordedPart>(name, record)).on_stop = [&](const Farewell& farewell) {
      held.push_back(farewell);
    };
  ASSERT_TRUE(list.start());
  const auto farewell = std::make_shared<int>(0);
  list.stop(farewell);
  EXPECT_THAT(held, ElementsAre(farewell, farewell));
}

TEST_F(Parts, may_be_lists_of_parts) {
  add("a");
  auto inner = std::make_unique<PartList>();
  inner->add(std::make_unique<RecordedPart>("b", record));
  inner->add(std::make_unique<RecordedPart>("c", record));
  list.add(std::move(inner));
  add("d", true);
  ASSERT_FALSE(list.start());
  EXPECT_THAT(record, ElementsAre("start a", "start b", "start c", "start d", "stop c", "stop b", "stop a",
                                  "finish c", "finish b", "finish a"));
}

}  // namespace
}  // namespace qnet::node
