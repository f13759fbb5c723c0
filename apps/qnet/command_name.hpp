// The commands by name, and the options that each takes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "option_table.hpp"
#include "settings.hpp"

namespace qnet::cli {

[[nodiscard]] std::string_view name_of(Command command);
[[nodiscard]] std::optional<Command> command_named(std::string_view name);
/// Their first words, each once.
[[nodiscard]] std::vector<std::string> command_names();

/// Whether a configuration file may be named.
[[nodiscard]] constexpr bool takes_config(Command command) {
  return command == Command::run || command == Command::doctor;
}

/// Whether words without hyphens may follow, and how help shows them.
[[nodiscard]] bool takes_words(Command command);
[[nodiscard]] std::string_view words_help(Command command);

[[nodiscard]] std::vector<const Option*> options_of(Command command);

}  // namespace qnet::cli
