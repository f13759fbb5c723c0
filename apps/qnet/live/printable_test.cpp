#include "live/printable.hpp"

#include <gmock/gmock.h>
#include <boost/json.hpp>

namespace qnet::cli {
namespace {

TEST(Printable, keeps_letters_of_every_language_where_they_can_be_shown) {
  EXPECT_EQ(printable("Grüße, سلام 你好 ✓", true), "Grüße, سلام 你好 ✓");
  EXPECT_EQ(printable("Grüße…→", false), "Gr??e...->");
}

TEST(Printable, shows_control_characters_as_question_marks) {
  EXPECT_EQ(printable("a\x1b[31mb\x07\r\nc\x7f", true), "a?[31mb???c?");
  EXPECT_EQ(printable("a\tb", true), "a b");
  EXPECT_EQ(printable("\u009b31m", true), "?31m");  // CSI in one character (ECMA-48)
  EXPECT_EQ(printable(std::string_view("a\0b", 3), true), "a?b");
}

TEST(Printable, shows_no_marks_that_turn_text_around_or_are_unseen) {
  EXPECT_EQ(printable("a\u202eb\u2066c\u200bd\ufeffe\u00adf", true), "a?b?c?d?e?f");
}

TEST(Printable, takes_bytes_that_are_no_utf_8_one_by_one) {
  EXPECT_EQ(printable("\xc3(\xff\xe2\x82", true), "?(???");
  EXPECT_EQ(printable("\xc0\xaf", true), "??");       // overlong
  EXPECT_EQ(printable("\xed\xa0\x80", true), "???");  // a surrogate
  EXPECT_EQ(printable("\x9b"
                      "31m",
                      true),
            "?31m");
}

TEST(Printable, counts_characters_and_not_bytes) {
  EXPECT_EQ(columns("äöü"), 3U);
  EXPECT_EQ(first_columns("äöü", 2), "äö");
  EXPECT_EQ(first_columns("ab", 9), "ab");
}

TEST(PrintableJson, says_the_same_without_a_control_character) {
  const boost::json::value value{{"a\u009b", "\x7f\x1b\u0085é"}};
  const auto text = printable_json(boost::json::serialize(value));
  EXPECT_EQ(text, R"({"a\u009b":"\u007f\u001b\u0085é"})");
  EXPECT_EQ(boost::json::parse(text), value);
  const boost::json::value turned("\u202e\U000e0041😀");
  EXPECT_EQ(printable_json(boost::json::serialize(turned)), "\"\\u202e\\udb40\\udc41😀\"");
  EXPECT_EQ(boost::json::parse(printable_json(boost::json::serialize(turned))), turned);
}

}  // namespace
}  // namespace qnet::cli
