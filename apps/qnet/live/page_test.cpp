#include "live/page.hpp"

#include <gmock/gmock.h>

namespace qnet::cli {
namespace {

using ::testing::ElementsAre;

Terminal plain() { return {}; }
Terminal narrow(std::size_t width, bool colour = false) {
  return {.is_terminal = true, .colour = colour, .unicode = true, .width = width, .height = 24};
}

TEST(Page, cuts_a_line_at_the_width_and_leaves_it_whole_without_one) {
  Page page(narrow(6));
  page.line({{"abcdéfgh"}});
  EXPECT_THAT(page.lines(), ElementsAre("abcdéf"));
  Page whole(plain());
  whole.line({{std::string(300, 'x')}});
  EXPECT_THAT(whole.lines(), ElementsAre(std::string(300, 'x')));
}

TEST(Page, folds_words_below_their_label) {
  Page page(narrow(30));
  page.field("Mode", {{"one two three four five six"}});
  EXPECT_THAT(page.lines(), ElementsAre("Mode        one two three four", "            five six"));
}

TEST(Page, shows_no_field_for_nothing) {
  Page page(plain());
  page.field("Mode", {{""}, {""}});
  EXPECT_THAT(page.lines(), ElementsAre());
}

TEST(Page, styles_only_where_there_is_colour) {
  Page coloured(narrow(40, true));
  coloured.line({{"a", Style::good}, {"b", Style::good}, {"c"}});
  EXPECT_THAT(coloured.lines(), ElementsAre("\x1b[32mab\x1b[0mc"));
  Page other(narrow(40));
  other.line({{"a", Style::good}});
  EXPECT_THAT(other.lines(), ElementsAre("a"));
}

TEST(Page, lines_columns_up_and_leaves_out_empty_ones) {
  Page page(plain());
  page.table({{{"a"}, {""}, {"x"}}, {{"bbb"}, {""}, {"y"}}});
  EXPECT_THAT(page.lines(), ElementsAre("a    x", "bbb  y"));
}

TEST(Page, shows_nothing_that_speaks_to_the_terminal) {
  Page page(narrow(60, true));
  page.line({{"a\x1b]0;title\x07"}});
  page.words({{"b\x1b[2J "}}, {{"c\x9b"
                                "31m\rd"}});
  page.field("e\x1b", {{"\x1b[31m"}});
  page.table({{{"f\x1b[A"}, {"g\x1b[B"}}});
  for (const auto& line : page.lines())
    for (std::size_t at = line.find('\x1b'); at != std::string::npos; at = line.find('\x1b', at + 1))
      EXPECT_THAT(line.substr(at, 4), ::testing::AnyOf("\x1b[2m", "\x1b[0m")) << line;
}

TEST(Page, puts_two_texts_at_the_ends_of_a_line) {
  Page page(narrow(10));
  page.ends({{"ab"}}, {{"yz"}});
  EXPECT_THAT(page.lines(), ElementsAre("ab      yz"));
}

}  // namespace
}  // namespace qnet::cli
