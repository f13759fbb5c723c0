#include "command_line.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "command_name.hpp"
#include "nearest.hpp"

namespace qnet::cli {

namespace {

using base::Result;

std::vector<std::string> flags_of(Command command) {
  std::vector<std::string> flags{"--help"};
  if (command == Command::run) flags.insert(flags.end(), {"--help-relay", "--help-directory", "--help-log"});
  if (takes_config(command)) flags.emplace_back("--config");
  for (const auto* const option : options_of(command)) flags.push_back(option->flag());
  return flags;
}

/// Hyphens would make every short word look like every other.
std::string without_hyphens(std::string_view flag) {
  const auto first = flag.find_first_not_of('-');
  return std::string(flag.substr(std::min(first, flag.size())));
}

/// Never tells the value: it may be a password.
tl::unexpected<base::Error> unknown_flag(Command command, const std::string& word) {
  const auto flag = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const auto& known : flags_of(command)) names.push_back(without_hyphens(known));
  const auto meant = nearest(without_hyphens(flag), names);
  return base::fail(Errc::unknown_flag,
                    fmt::format("{}{}; qnet {} --help lists all", flag,
                                meant ? fmt::format(" (did you mean --{}?)", *meant) : "", name_of(command)));
}

/// A value for an option, always in the word itself or the next one. CLI11 would also take "[a,b]" apart.
CLI::Option* add_valued(CLI::App& app, const std::string& flag, std::vector<std::string>& values) {
  return app.add_option(flag, values)->expected(1)->take_all()->allow_extra_args(false);
}

/// As tail(1) has it.
std::string with_short(const std::string& flag) { return flag == "--tail" ? "-n," + flag : flag; }

}  // namespace

Result<CommandLine> parse_command_line(Command command, std::vector<std::string> arguments) {
  // CLI11 would take the next word as the value of "--state-dir=".
  for (const auto& flag : flags_of(command))
    if (std::ranges::find(arguments, flag + "=") != arguments.end())
      return base::fail(Errc::bad_value, fmt::format("{}: the value is empty", flag));

  CLI::App app;
  app.set_help_flag();
  app.allow_extras(true);
  CommandLine line;
  app.add_flag("-h,--help", line.help);
  std::vector<std::string> configs;
  if (command == Command::run) {
    app.add_flag("--help-relay", line.help_relay);
    app.add_flag("--help-directory", line.help_directory);
    app.add_flag("--help-log", line.help_log);
  }
  if (takes_config(command)) add_valued(app, "--config", configs);
  const auto options = options_of(command);
  std::vector<std::vector<std::string>> values(options.size());
  std::vector<CLI::Option*> entries;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto flag = options[i]->flag();
    entries.push_back(options[i]->is_switch() ? app.add_flag(flag)
                                              : add_valued(app, with_short(flag), values[i]));
  }
  std::ranges::reverse(arguments);  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::ArgumentMismatch& error) {
    return base::fail(Errc::bad_value, fmt::format("{} (a value is missing)", error.what()));
  } catch (const CLI::ParseError& error) {
    return base::fail(Errc::bad_value, error.what());
  }
  if (line.help || line.help_relay || line.help_directory || line.help_log) return line;
  for (const auto& extra : app.remaining()) {
    if (!takes_words(command) || extra.starts_with('-')) return unknown_flag(command, extra);
    line.words.push_back(extra);
  }

  if (configs.size() > 1) return base::fail(Errc::bad_value, "--config may be given once only");
  if (!configs.empty() && configs.front().empty())
    return base::fail(Errc::bad_value, "--config: the value is empty");
  if (!configs.empty()) line.config = configs.front();
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (entries[i]->count() == 0) continue;
    Given given{{}, options[i]->flag()};
    for (const auto& value : options[i]->is_switch() ? entries[i]->results() : values[i]) {
      if (options[i]->many)
        std::ranges::move(split_at_commas(value), std::back_inserter(given.values));
      else
        given.values.push_back(value);
    }
    line.given.emplace(options[i]->key, std::move(given));
  }
  return line;
}

}  // namespace qnet::cli
