#include "protocol/client_hello/template_choice.hpp"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::client_hello {
namespace {

using base::testing::SeededRandom;
using std::chrono::days;
using std::chrono::sys_days;

constexpr sys_days kToday = std::chrono::year(2026) / 11 / 23;

Template browser(std::string name, std::uint32_t weight) {
  Template made;
  made.name = std::move(name);
  made.weight = weight;
  return made;
}

class TemplateChoosing : public ::testing::Test {
 protected:
  TemplateChoice choose(const std::optional<TemplateChoice>& kept, sys_days today = kToday) {
    return choose_template(kept, templates, today, random);
  }

  SeededRandom random{1};
  std::vector<Template> templates{browser("often", 70), browser("seldom", 30), browser("never", 0)};
};

TEST_F(TemplateChoosing, draws_by_weight) {
  std::map<std::string, int> drawn;
  for (int n = 0; n < 1000; ++n) ++drawn[choose({}).name];
  EXPECT_EQ(drawn.size(), 2U) << "a weight of 0 is never drawn";
  const double off = drawn["often"] - 700.0;
  EXPECT_LT(off * off / 700 + off * off / 300, 10.83) << "chi-square, one degree of freedom, 0.1 %";
}

TEST_F(TemplateChoosing, keeps_a_choice_for_a_month_to_a_month_and_a_half) {
  std::map<int, int> lengths;
  for (int n = 0; n < 1000; ++n) ++lengths[static_cast<int>((choose({}).until - kToday).count())];
  EXPECT_EQ(lengths.begin()->first, 30);
  EXPECT_EQ(lengths.rbegin()->first, 45);
}

TEST_F(TemplateChoosing, keeps_what_was_chosen_until_its_day) {
  const auto first = choose({});
  for (auto day = kToday; day < first.until; day += days(1)) EXPECT_EQ(choose(first, day), first);
  EXPECT_GE(choose(first, first.until).until, first.until + days(30));
}

TEST_F(TemplateChoosing, drops_a_template_that_is_gone_or_not_drawn_any_more) {
  EXPECT_NE(choose(TemplateChoice{"gone", kToday + days(10)}).name, "gone");
  EXPECT_NE(choose(TemplateChoice{"never", kToday + days(10)}).name, "never");
}

TEST_F(TemplateChoosing, does_not_believe_a_day_that_no_choice_reaches) {
  EXPECT_EQ(choose(TemplateChoice{"seldom", kToday + days(45)}).until, kToday + days(45));
  EXPECT_LE(choose(TemplateChoice{"seldom", kToday + days(46)}).until, kToday + days(45));
}

TEST_F(TemplateChoosing, takes_the_first_when_none_has_a_weight) {
  templates = {browser("a", 0), browser("b", 0)};
  EXPECT_EQ(choose({}).name, "a");
}

TEST(TemplateOthers, are_those_that_are_drawn_the_commonest_first) {
  const auto& all = builtin_templates();
  const auto others = others_than(all.front(), all);
  ASSERT_GE(others.size(), 2U);
  for (const auto& other : others) {
    EXPECT_NE(other.name, all.front().name);
    EXPECT_GT(other.weight, 0U);
  }
  EXPECT_TRUE(std::ranges::is_sorted(others, std::ranges::greater{}, &Template::weight));
}

TEST(TemplateChoiceText, is_read_back) {
  const TemplateChoice choice{"firefox-esr-153", kToday};
  EXPECT_EQ(choice.to_text(), "firefox-esr-153 2026-11-23");
  EXPECT_EQ(TemplateChoice::parse(choice.to_text() + "\n"), choice);
}

TEST(TemplateChoiceText, is_nothing_when_it_is_damaged) {
  for (const auto* const text :
       {"", "\n", "chromium-156", "chromium-156 ", " 2026-11-23", "a 2026-11-31", "a 2026-13-01",
        "a 2026-1-01", "a 2026-11-2x", "a 2026-11-23 b", "a -026-11-23", "a 2026-11-23\n\n"})
    EXPECT_FALSE(TemplateChoice::parse(text)) << text;
}

class TemplateFile : public ::testing::Test {
 protected:
  const std::string& name(sys_days today = kToday) {
    return kept_or_drawn_template(folder, today, random).name;
  }

  base::testing::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path() / "state";
  SeededRandom random{2};
};

TEST_F(TemplateFile, makes_the_next_run_look_like_the_same_browser) {
  const auto first = name();
  for (int n = 0; n < 50; ++n) EXPECT_EQ(name(kToday + days(n % 30)), first);
}

TEST_F(TemplateFile, that_is_damaged_is_written_anew) {
  (void)name();
  std::ofstream(folder / "template", std::ios::trunc) << std::string(5000, 'x');
  const auto second = name();
  for (int n = 0; n < 20; ++n) EXPECT_EQ(name(), second);
}

TEST_F(TemplateFile, is_replaced_in_one_step) {
  const auto text_of = [](const std::filesystem::path& path) {
    std::string line;
    std::getline(std::ifstream(path) >> std::ws, line);
    return line;
  };
  (void)name();
  const auto old = text_of(folder / "template");
  const auto opened = folder / "as a reader has it open";
  std::filesystem::create_hard_link(folder / "template", opened);
  (void)name(kToday + days(365));
  EXPECT_NE(text_of(folder / "template"), old);
  EXPECT_EQ(text_of(opened), old) << "a machine that loses its power now would be another browser";
}

TEST_F(TemplateFile, is_not_needed) {
  folder.clear();
  std::map<std::string, int> drawn;
  for (int n = 0; n < 200; ++n) ++drawn[name()];
  EXPECT_GT(drawn.size(), 1U);
}

}  // namespace
}  // namespace qnet::client_hello
