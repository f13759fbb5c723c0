#include "live/terminal.hpp"

#include <gmock/gmock.h>

#include <map>

namespace qnet::cli {
namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Terminal, has_colour_unless_somebody_says_no) {
  EXPECT_TRUE(terminal_like(true, 80, 24, with({{"TERM", "xterm"}})).colour);
  EXPECT_FALSE(terminal_like(true, 80, 24, with({{"TERM", "xterm"}, {"NO_COLOR", "1"}})).colour);
  EXPECT_TRUE(terminal_like(true, 80, 24, with({{"TERM", "xterm"}, {"NO_COLOR", ""}})).colour);
  EXPECT_FALSE(terminal_like(true, 80, 24, with({{"TERM", "dumb"}})).colour);
  EXPECT_FALSE(terminal_like(false, 80, 24, with({{"TERM", "xterm"}})).colour);
}

TEST(Terminal, has_more_than_ascii_in_a_utf_8_locale_alone) {
  EXPECT_TRUE(terminal_like(true, 80, 24, with({{"LANG", "fa_IR.UTF-8"}})).unicode);
  EXPECT_TRUE(terminal_like(true, 80, 24, with({{"LC_CTYPE", "C.utf8"}})).unicode);
  EXPECT_FALSE(terminal_like(true, 80, 24, with({{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}})).unicode);
  EXPECT_FALSE(terminal_like(true, 80, 24, with({})).unicode);
  EXPECT_FALSE(terminal_like(false, 80, 24, with({{"LANG", "C.UTF-8"}})).unicode);
}

TEST(Terminal, has_a_width_that_can_be_laid_out) {
  EXPECT_EQ(terminal_like(true, 100, 24, with({})).width, 100U);
  EXPECT_EQ(terminal_like(true, 0, 0, with({})).width, 80U);
  EXPECT_EQ(terminal_like(true, 7, 24, with({})).width, 40U);
  EXPECT_EQ(terminal_like(true, 500, 24, with({})).width, 120U);
  EXPECT_EQ(terminal_like(false, 100, 24, with({})).width, 0U);
}

}  // namespace
}  // namespace qnet::cli
