#include "control/mode.hpp"

#include <gmock/gmock.h>

namespace qnet::control {
namespace {

TEST(Mode, is_told_in_words) {
  EXPECT_EQ(mode_text(1), "1 hop (fast mode)");
  EXPECT_EQ(mode_text(3), "3 hops (private mode)");
}

TEST(Mode, is_read_as_it_is_written) {
  EXPECT_EQ(mode_json(3), R"({"hops":3})");
  EXPECT_EQ(hops_in(mode_json(5)), 5U);
  EXPECT_EQ(hops_in(R"( {"hops": 2} )"), 2U);
}

TEST(Mode, is_nothing_else) {
  for (const auto* const text :
       {"", "3", "[3]", "{}", R"({"hops":0})", R"({"hops":-3})", R"({"hops":"3"})", R"({"hops":2.5})",
        R"({"hop":3})", R"({"hops":3,"country":"SE"})", R"({"hops":3}x)", R"({"hops":99999999999999999999})"})
    EXPECT_EQ(hops_in(text), std::nullopt) << text;
}

TEST(Mode, has_two_names_and_numbers) {
  EXPECT_EQ(hops_named("fast"), 1U);
  EXPECT_EQ(hops_named("private"), 3U);
  EXPECT_EQ(hops_named("2"), 2U);
  for (const auto* const word : {"", "0", "-1", "3x", "Private", "99999999999999999999"})
    EXPECT_EQ(hops_named(word), std::nullopt) << word;
}

TEST(Mode, a_refusal_is_told_with_what_to_do) {
  EXPECT_EQ(reason_in(R"({"error":"No.","hint":"Do this."})"), "No. Do this.");
  EXPECT_EQ(reason_in(R"({"error":"No.","hint":""})"), "No.");
  EXPECT_EQ(reason_in("oops"), "it does not say why");
}

}  // namespace
}  // namespace qnet::control
