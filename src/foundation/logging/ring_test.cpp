#include "foundation/logging/ring.hpp"

#include <thread>

#include <gmock/gmock.h>

namespace qnet::logging {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> messages(const Ring& ring, std::size_t count) {
  std::vector<std::string> all;
  for (auto& line : ring.tail(count)) all.push_back(std::move(line.message));
  return all;
}

void fill(Ring& ring, int count) {
  for (int i = 0; i < count; ++i) ring.add({{}, Level::info, std::to_string(i)});
}

TEST(LogRing, has_the_last_lines_the_oldest_first) {
  Ring ring;
  EXPECT_THAT(messages(ring, 10), IsEmpty());
  fill(ring, 5);
  EXPECT_THAT(messages(ring, 2), ElementsAre("3", "4"));
  EXPECT_THAT(messages(ring, 10), ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_THAT(messages(ring, 0), IsEmpty());
}

TEST(LogRing, keeps_a_lines_time_and_level) {
  Ring ring;
  const auto now = std::chrono::system_clock::now();
  ring.add({now, Level::error, "x"});
  EXPECT_EQ(ring.tail(1).front().time, now);
  EXPECT_EQ(ring.tail(1).front().level, Level::error);
}

TEST(LogRing, keeps_so_many_lines_and_no_more) {
  Ring ring;
  fill(ring, 1'500);
  EXPECT_EQ(ring.tail(5'000).size(), 1'000U);
  EXPECT_EQ(messages(ring, 5'000).front(), "500");
}

TEST(LogRing, keeps_so_many_bytes_and_no_more) {
  Ring ring({.lines = 100, .bytes = 10, .message = 100});
  for (const auto* const text : {"aaaa", "bbbb", "cc"}) ring.add({{}, Level::info, text});
  EXPECT_THAT(messages(ring, 9), ElementsAre("aaaa", "bbbb", "cc"));
  ring.add({{}, Level::info, "d"});
  EXPECT_THAT(messages(ring, 9), ElementsAre("bbbb", "cc", "d"));
  ring.add({{}, Level::info, std::string(11, 'e')});
  EXPECT_THAT(messages(ring, 9), IsEmpty());
}

TEST(LogRing, cuts_a_long_message_between_two_characters) {
  Ring ring({.lines = 9, .bytes = 1'000, .message = 5});
  ring.add({{}, Level::info, "abcdé and more"});
  ring.add({{}, Level::info, "abcde"});
  EXPECT_THAT(messages(ring, 9), ElementsAre("abcd…", "abcde"));
}

TEST(LogRing, serves_several_threads) {
  Ring ring({.lines = 50});
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i)
      writers.emplace_back([&ring] {
        fill(ring, 500);
        (void)ring.tail(10);
      });
  }
  EXPECT_EQ(ring.tail(100).size(), 50U);
}

}  // namespace
}  // namespace qnet::logging
