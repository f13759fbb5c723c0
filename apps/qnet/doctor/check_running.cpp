#include <algorithm>
#include <array>

#include "control/words.hpp"
#include "doctor/checks.hpp"

namespace qnet::cli {

namespace {

/// What passes by itself, or is as the person wants it.
constexpr std::array<std::string_view, 5> kPassing{"disconnected", "starting", "building",
                                                   "nothing_came_back", "cover_unknown"};

}  // namespace

Findings check_running(const Facts& facts) {
  if (!facts.runs())
    return {
        {"running", Level::warning, "not_running", {{"port", std::to_string(facts.settings.status_port)}}}};
  const auto* const advice = object_in(*facts.status, "advice");
  const auto code = advice == nullptr ? std::string() : text_in(*advice, "code");
  const auto mode = control::sentence("mode." + text_in(*facts.status, "mode"));
  if (advice == nullptr || code == "ok") return {{"running", Level::ok, "runs_well", {{"mode", mode}}}};
  const bool passes = std::ranges::find(kPassing, code) != kPassing.end();
  return {{"running",
           passes ? Level::warning : Level::problem,
           "runs_with_advice",
           {{"mode", mode}, {"text", text_in(*advice, "text")}, {"todo", text_in(*advice, "todo")}}}};
}

}  // namespace qnet::cli
