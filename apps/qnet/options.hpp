// From the command line, the environment and the configuration file to Settings, in that order of strength.
#pragma once

#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "error.hpp"
#include "foundation/base/result.hpp"
#include "settings.hpp"
#include "settle.hpp"

namespace qnet::cli {

/// To be printed, and nothing else to be done.
struct PrintText {
  std::string text;
};

/// `arguments` without the program's name.
[[nodiscard]] base::Result<std::variant<Settings, PrintText>> parse_options(
    std::span<const std::string> arguments, const Environment& environment);

/// The same of `qnet run`, with what each option was given as, by the strongest of the three that says
/// anything of it.
struct RunOptions {
  Settings settings;
  std::map<std::string, std::vector<std::string>, std::less<>> given;
};
/// `arguments` are those that parse_options() has taken for `qnet run` before.
[[nodiscard]] base::Result<RunOptions> run_options(std::span<const std::string> arguments,
                                                   const Environment& environment);

/// What `--help` prints, for the whole program or for one command.
[[nodiscard]] std::string help_text();
[[nodiscard]] std::string help_text(Command command);
[[nodiscard]] std::string template_help_text();
[[nodiscard]] std::string cover_help_text();
[[nodiscard]] std::string family_help_text();
/// What `qnet run --help-relay` prints.
[[nodiscard]] std::string relay_help_text();
/// What `qnet run --help-directory` prints.
[[nodiscard]] std::string directory_help_text();
/// What `qnet run --help-log` prints.
[[nodiscard]] std::string log_help_text();
[[nodiscard]] std::string version_text();

/// What an exit's operator must have read; shown before everything else in modes with an exit.
[[nodiscard]] std::string exit_warning();

}  // namespace qnet::cli
