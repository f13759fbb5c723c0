#include "doctor/command.hpp"

#include <iterator>

#include <fmt/core.h>

#include "doctor/checks.hpp"
#include "live/ask.hpp"
#include "live/exit_code.hpp"

namespace qnet::cli {

namespace {

HelperMode mode_named(const std::string& name, HelperMode otherwise) {
  for (const auto mode :
       {HelperMode::client, HelperMode::relay, HelperMode::bootstrap, HelperMode::exit, HelperMode::super})
    if (to_text(mode) == name) return mode;
  return otherwise;
}

/// Where QNet runs, it is that one that is looked at.
Facts learn(const Settings& settings) {
  Facts facts{settings, own_environment};
  if (auto status = ask_status(settings)) facts.status = std::move(*status);
  if (!facts.runs()) return facts;
  facts.settings.helper_mode = mode_named(text_in(*facts.status, "mode"), settings.helper_mode);
  const auto config = ask(settings, "/config");
  boost::system::error_code error;
  auto value = config ? boost::json::parse(*config, error) : boost::json::value();
  auto* const object = error ? nullptr : value.if_object();
  if (object == nullptr) return facts;
  if (const auto folder = text_in(*object, "state_dir"); !folder.empty()) facts.settings.state_dir = folder;
  facts.config = std::move(*object);
  return facts;
}

Findings look(const Facts& facts) {
  Findings all;
  const auto add = [&all](Findings more) { std::ranges::move(more, std::back_inserter(all)); };
  add(check_running(facts));
  auto reached = check_reach(facts);
  auto clock = clock_facts(facts);
  clock.behind_peer = reached.behind_peer;
  all.push_back(check_clock(clock));
  add(check_ports(facts));
  add(check_names(facts));
  add(std::move(reached.findings));
  add(check_cover(facts));
  add(check_keys(facts));
  add(check_proxies(facts));
  return all;
}

}  // namespace

base::Result<int> see_doctor(const Settings& settings) {
  const auto findings = look(learn(settings));
  if (settings.json) {
    fmt::print("{}", shown_json(findings_json(findings)));
  } else {
    Page page(standard_output(own_environment));
    draw_findings(page, findings);
    fmt::print("{}", page.text());
  }
  return count(findings, Level::problem) > 0 ? ExitCode::problem_found : ExitCode::done;
}

}  // namespace qnet::cli
