#include "live/commands.hpp"

#include <cstdio>

#include <fmt/core.h>

#include "control/mode.hpp"
#include "control/words.hpp"
#include "live/ask.hpp"
#include "live/exit_code.hpp"
#include "live/picture.hpp"
#include "live/printable.hpp"

namespace qnet::cli {

namespace {

using control::sentence;
using Draw = void (*)(Page&, const Json&);

base::Result<int> show(const Settings& settings, std::string_view key, Draw draw) {
  const auto status = ask_status(settings);
  if (!status) return tl::unexpected(status.error());
  if (settings.json) {
    fmt::print("{}", shown_json(list_in(*status, key)));
    return ExitCode::done;
  }
  Page page(standard_output(own_environment));
  draw(page, *status);
  fmt::print("{}", page.text());
  return ExitCode::done;
}

/// Prints what the API answers, or a sentence.
base::Result<int> done(const Settings& settings, base::Result<std::string> answer, std::string_view words) {
  if (!answer) return base::forward_error(answer);
  if (!settings.json) {
    fmt::print("{}\n", words);
    return ExitCode::done;
  }
  auto json = shown_json(*answer);
  if (!json) return base::forward_error(json);
  fmt::print("{}", *json);
  return ExitCode::done;
}

base::Result<int> change_and_say(const Settings& settings, std::string_view target, std::string_view key) {
  return done(settings, change(settings, target, {}, sentence("cli.only_clients")), sentence(key));
}

base::Result<int> mode(const Settings& settings) {
  const auto wanted = settings.words.empty() ? std::nullopt : control::hops_named(settings.words.front());
  auto answer = wanted ? change(settings, "/mode", control::mode_json(*wanted), sentence("cli.only_clients"))
                       : ask(settings, "/mode");
  const auto hops = answer ? control::hops_in(*answer) : std::nullopt;
  if (answer && !hops) return base::fail(control::Errc::bad_answer, "it tells no mode");
  return done(settings, std::move(answer), hops ? control::mode_text(*hops) : std::string());
}

base::Result<int> log(const Settings& settings) {
  const auto text =
      ask_with_token(settings, fmt::format("/logs?tail={}", settings.tail), sentence("cli.no_log"));
  if (!text) return tl::unexpected(text.error());
  // Also where it goes to a file: that may be shown on a terminal later.
  const auto terminal = standard_output(own_environment);
  boost::json::array lines;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = printable(rest.substr(0, end), terminal.unicode || !terminal.is_terminal);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (settings.json)
      lines.emplace_back(line);
    else
      fmt::print("{}\n", line);
  }
  if (settings.json) fmt::print("{}", shown_json(lines));
  return ExitCode::done;
}

}  // namespace

bool is_live(Command command) { return asks_running(command) && command != Command::doctor; }

base::Result<int> run_live(const Settings& settings) {
  switch (settings.command) {
    case Command::status: return status(settings);
    case Command::circuits: return show(settings, "circuits", draw_circuits);
    case Command::peers: return show(settings, "peers", draw_peers);
    case Command::mode: return mode(settings);
    case Command::new_circuit: return change_and_say(settings, "/circuit/new", "cli.new_circuit");
    case Command::connect: return change_and_say(settings, "/start", "cli.connect");
    case Command::disconnect: return change_and_say(settings, "/stop", "cli.disconnect");
    case Command::log: return log(settings);
    case Command::open: return open_page(settings);
    default: return ExitCode::error;
  }
}

}  // namespace qnet::cli
