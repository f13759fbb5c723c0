// The words after the command's name.
#pragma once

#include <string>
#include <vector>

#include "error.hpp"
#include "foundation/base/result.hpp"
#include "given.hpp"
#include "settings.hpp"

namespace qnet::cli {

struct CommandLine {
  GivenOptions given;
  std::vector<std::string> words;  ///< without hyphens, for commands that take some
  std::string config;              ///< the configuration file; empty when none is given
  bool help = false;
  bool help_relay = false;
  bool help_directory = false;
  bool help_log = false;
};

[[nodiscard]] base::Result<CommandLine> parse_command_line(Command command,
                                                           std::vector<std::string> arguments);

}  // namespace qnet::cli
