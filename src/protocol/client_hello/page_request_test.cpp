#include "protocol/client_hello/page_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/client_hello/template.hpp"
#include "protocol/client_hello/template_toml.hpp"

namespace qnet::client_hello {
namespace {

using ::testing::HasSubstr;

/// Chromium's template with `old` in its text replaced.
base::Result<Template> changed(std::string_view old, std::string_view by) {
  auto text = to_toml(builtin_templates().front());
  const auto at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return parse_template(text.replace(at, old.size(), by));
}

std::string refusal(std::string_view old, std::string_view by) {
  const auto parsed = changed(old, by);
  return parsed ? "none" : parsed.error().message();
}

TEST(PageRequest, every_built_in_template_has_one_that_fits_its_first_record) {
  for (const auto& browser : builtin_templates()) {
    ASSERT_TRUE(browser.page) << browser.name;
    EXPECT_EQ(browser.page->opening_record(), browser.client_flight.first_application_record) << browser.name;
  }
}

TEST(PageRequest, edge_has_its_own_name_in_it_and_chromes_frames) {
  const auto& chromium = *builtin_templates().front().page;
  const auto& edge = *find_template(builtin_templates(), "edge-156")->page;
  EXPECT_EQ(edge.settings, chromium.settings);
  EXPECT_NE(edge.http2, chromium.http2);
}

TEST(PageRequest, a_template_without_one_has_the_first_templates) {
  auto plain = *find_template(builtin_templates(), "firefox-esr-153");
  plain.page.reset();
  const auto again = parse_template(to_toml(plain));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->page);
  EXPECT_EQ(page_request_of(*again), *builtin_templates().front().page);
}

TEST(PageRequest, is_refused_when_it_is_none) {
  EXPECT_THAT(refusal("\":path: /\",", ""), HasSubstr("four pseudo-headers"));
  EXPECT_THAT(refusal("priority: u=0", "Priority: u=0"), HasSubstr("lower case"));
  EXPECT_THAT(refusal("priority: u=0, i", "priority: u=0\\r\\nx: y"), HasSubstr("no field"));
  EXPECT_THAT(refusal("priority: u=0, i", "priority"), HasSubstr("no field"));
  EXPECT_THAT(refusal("Host: HOST", "Hast: HOST"), HasSubstr("needs a Host"));
  EXPECT_THAT(refusal("http2_window = 15663105", "http2_window = 0"), HasSubstr("http2_window"));
  EXPECT_THAT(refusal("[1, 65536, 2, 0,", "[1, 65536, 2,"), HasSubstr("pairs"));
  EXPECT_THAT(refusal("[1, 65536, 2, 0,", "[1, 65536,"), HasSubstr("first_application_record"));
}

TEST(KeepAlive, is_each_browsers_own) {
  const auto of = [](std::string_view name) { return find_template(builtin_templates(), name)->keep_alive; };
  const auto each = [](int seconds) {
    return KeepAlive{std::chrono::seconds(seconds), std::chrono::seconds(seconds)};
  };
  EXPECT_EQ(of("chromium-156"), each(45));
  EXPECT_EQ(of("edge-156"), each(45));
  EXPECT_EQ(of("curl-7.88-openssl-3.0"), each(60));
  EXPECT_EQ(of("firefox-esr-153"), std::nullopt);
  EXPECT_EQ(of("safari-26"), std::nullopt);
}

TEST(KeepAlive, is_two_numbers_of_seconds_or_absent) {
  EXPECT_THAT(refusal("keep_alive = [45, 45]", "keep_alive = [45]"), HasSubstr("two numbers"));
  EXPECT_THAT(refusal("keep_alive = [45, 45]", "keep_alive = [0, 45]"), HasSubstr("keep_alive"));
  const auto none = changed("keep_alive = [45, 45]\n", "");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->keep_alive);
}

}  // namespace
}  // namespace qnet::client_hello
