// The commands that ask the running QNet, or change it. Each prints what came of it, and gives the exit code.
#pragma once

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// Whether `settings.command` is one of them.
[[nodiscard]] bool is_live(Command command);
/// Errors: those of ask.hpp, and bad_value for words that mean nothing.
[[nodiscard]] base::Result<int> run_live(const Settings& settings);

/// `qnet status` (status_command.cpp).
[[nodiscard]] base::Result<int> status(const Settings& settings);
/// `qnet open` (open_command.cpp).
[[nodiscard]] base::Result<int> open_page(const Settings& settings);

}  // namespace qnet::cli
