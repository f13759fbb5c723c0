// The words after the command's name.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "error.hpp"
#include "given.hpp"
#include "settings.hpp"

namespace qnet::cli {

struct CommandLine {
  GivenOptions given;
  std::string config;  ///< the configuration file; empty when none is given
  bool help = false;
};

[[nodiscard]] base::Result<CommandLine> parse_command_line(Command command, std::vector<std::string> arguments);

/// "; did you mean --peer?", or nothing when no known word is near.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace qnet::cli
