#include "protocol/http/target.hpp"

#include <gtest/gtest.h>

namespace qnet::http {
namespace {

TargetError error_of(std::string_view text, QueryForm form = QueryForm::decoded) {
  const auto target = parse_target(text, form);
  EXPECT_FALSE(target) << text;
  return target ? TargetError{} : target.error();
}

TEST(Target, is_a_path_and_a_decoded_query) {
  const auto target = parse_target("/api/relays?country=SE&name=a%20b+c&flag", QueryForm::decoded);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/api/relays");
  EXPECT_EQ(target->query, (Parameters{{"country", "SE"}, {"name", "a b c"}, {"flag", ""}}));
}

TEST(Target, keeps_the_path_as_it_was_sent) {
  for (const auto* path : {"/", "/a%2Fb", "/a/", "//a", "/a/../b", "/%00"}) {
    const auto target = parse_target(path, QueryForm::decoded);
    ASSERT_TRUE(target) << path;
    EXPECT_EQ(target->path, path);
    EXPECT_TRUE(target->query.empty());
  }
}

TEST(Target, may_leave_the_query_unread) {
  for (const auto* text : {"/status?%zz", "/status?a|b", "/status?", "/status??#"}) {
    const auto target = parse_target(text, QueryForm::unread);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target->path, "/status");
    EXPECT_TRUE(target->query.empty());
  }
}

TEST(Target, refuses_what_is_no_origin_form) {
  for (const auto* text :
       {"", "*", "status", "http://localhost/status", "/a b", "/%zz", "/a%2", "/a#b", "?a=b"}) {
    EXPECT_EQ(error_of(text), TargetError::malformed);
    EXPECT_EQ(error_of(text, QueryForm::unread), TargetError::malformed);
  }
  EXPECT_EQ(error_of("/a?%zz"), TargetError::malformed);
  EXPECT_EQ(error_of(std::string_view("/\0", 2)), TargetError::malformed);
}

TEST(Target, has_a_bounded_length) {
  const std::string longest = "/" + std::string(RouterLimits::target - 1, 'a');
  EXPECT_TRUE(parse_target(longest, QueryForm::decoded));
  EXPECT_EQ(error_of(longest + "a"), TargetError::too_long);
  EXPECT_EQ(error_of("/?" + longest, QueryForm::unread), TargetError::too_long);
}

TEST(Target, has_a_bounded_number_of_parameters) {
  std::string text = "/?a";
  for (std::size_t i = 1; i < RouterLimits::query_parameters; ++i) text += "&a";
  EXPECT_TRUE(parse_target(text, QueryForm::decoded));
  EXPECT_EQ(error_of(text + "&a"), TargetError::too_many_parameters);
  EXPECT_TRUE(parse_target(text + "&a", QueryForm::unread));
}

}  // namespace
}  // namespace qnet::http
