#include "foundation/logging/line.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace qnet::logging {
namespace {

using namespace std::string_view_literals;

TEST(LogLine, is_one_line_whatever_the_message_was) {
  EXPECT_EQ(clean("a\nb\r\nc\td\0e\x1b[31mf\x7f"sv), "a b  c d e [31mf ");
}

TEST(LogLine, is_utf8_whatever_the_message_was) {
  EXPECT_EQ(clean("سلام, grüße"), "سلام, grüße");
  EXPECT_EQ(clean("gr\xfc\xdf"
                  "e"),
            "gr??e");
}

TEST(LogLine, as_json_has_its_time_in_utc_its_level_and_its_message) {
  const Line line{std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'878'045'007)),
                  Level::warning, R"(a "quoted" word \ and سلام)"};
  EXPECT_EQ(to_json(line), R"({"time":"2026-11-28T15:00:45.007Z","level":"warning",)"
                           R"("message":"a \"quoted\" word \\ and سلام"})");
  EXPECT_EQ(boost::json::parse(to_json(line)).at("message").as_string(), line.message);
}

TEST(LogLine, has_a_level_with_a_name) {
  for (const auto level : {Level::trace, Level::debug, Level::info, Level::warning, Level::error})
    EXPECT_EQ(level_named(to_text(level)), level);
  EXPECT_EQ(level_named("warn"), std::nullopt);
}

TEST(LogLine, is_told_to_the_journal_with_syslogs_levels) {
  EXPECT_EQ(journal_prefix(Level::error), "<3>");
  EXPECT_EQ(journal_prefix(Level::warning), "<4>");
  EXPECT_EQ(journal_prefix(Level::info), "<6>");
  EXPECT_EQ(journal_prefix(Level::debug), "<7>");
  EXPECT_EQ(journal_prefix(Level::trace), "<7>");
}

}  // namespace
}  // namespace qnet::logging
