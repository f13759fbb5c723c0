// Asks another program of this machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "settle.hpp"

namespace qnet::cli {

/// What it prints, up to 64 KiB; nothing when it is not there, fails, or takes more than two seconds. It is
/// looked for in the PATH of `environment`, and started without a shell.
[[nodiscard]] std::optional<std::string> run_program(const std::vector<std::string>& words,
                                                     const Environment& environment);

}  // namespace qnet::cli
