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
[[nodiscard]] std::vector<std::string> command_names();

[[nodiscard]] std::vector<const Option*> options_of(Command command);

}  // namespace qnet::cli
