#include "doctor/finding.hpp"

#include <algorithm>
#include <array>

#include "control/words.hpp"
#include "live/printable.hpp"

namespace qnet::cli {

using control::sentence;

std::string Finding::text() const { return sentence("doctor." + code, words); }

std::string Finding::todo() const {
  return level == Level::ok ? std::string() : sentence("doctor.todo." + code, words);
}

std::string_view to_text(Level level) {
  switch (level) {
    case Level::ok: return "ok";
    case Level::warning: return "warning";
    case Level::problem: return "problem";
  }
  return "?";
}

std::size_t count(const Findings& findings, Level level) {
  return static_cast<std::size_t>(std::ranges::count(findings, level, &Finding::level));
}

boost::json::object findings_json(const Findings& findings) {
  boost::json::array rows;
  for (const auto& one : findings) {
    boost::json::object words;
    for (const auto& [name, word] : one.words) words[name] = word;
    rows.push_back(boost::json::object{{"check", one.check},
                                       {"level", to_text(one.level)},
                                       {"code", one.code},
                                       {"words", std::move(words)},
                                       {"text", one.text()},
                                       {"todo", one.todo()}});
  }
  return {{"findings", std::move(rows)},
          {"problems", count(findings, Level::problem)},
          {"warnings", count(findings, Level::warning)}};
}

namespace {

struct Look {
  std::string_view unicode;
  std::string_view ascii;
  Style style;
};

constexpr std::array kLooks{Look{"✓", "[*]", Style::good}, Look{"!", "[!]", Style::middling},
                            Look{"✕", "[x]", Style::bad}};

}  // namespace

void draw_findings(Page& page, const Findings& findings) {
  constexpr std::size_t kCheck = 9;
  for (const auto& one : findings) {
    const auto& look = kLooks.at(static_cast<std::size_t>(one.level));
    std::string check = one.check;
    check.resize(std::max(kCheck, check.size() + 1), ' ');
    std::string level(to_text(one.level));
    level.resize(std::string_view("problem ").size(), ' ');
    page.words({{page.shape(look.unicode, look.ascii) + " " + level + " ", look.style}, {check, Style::dim}},
               {{one.text()}});
    const auto indent = columns(page.shape(look.unicode, look.ascii)) + 1 + level.size() + 1 + check.size();
    if (const auto todo = one.todo(); !todo.empty())
      page.words({{std::string(indent, ' ') + page.shape("→ ", "-> "), Style::dim}}, {{todo}});
  }
  page.line();
  const auto problems = count(findings, Level::problem);
  const auto warnings = count(findings, Level::warning);
  const auto worst = problems > 0 ? Style::bad : warnings > 0 ? Style::middling : Style::good;
  page.words({},
             {{problems + warnings == 0 ? sentence("doctor.all_well")
                                        : sentence("doctor.sum", {{"problems", std::to_string(problems)},
                                                                  {"warnings", std::to_string(warnings)}}),
               worst}});
}

}  // namespace qnet::cli
