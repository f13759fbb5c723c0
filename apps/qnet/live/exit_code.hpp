// What the program ends with; scripts rely on it (docs/command-line.md).
#pragma once

#include "control/error.hpp"
#include "foundation/base/result.hpp"

namespace qnet::cli {

struct ExitCode {
  static constexpr int done = 0;
  static constexpr int error = 1;
  static constexpr int wrong_words = 2;    ///< the command line, a variable or the configuration file
  static constexpr int not_running = 3;    ///< no QNet answers on this machine
  static constexpr int not_connected = 4;  ///< of status
  static constexpr int problem_found = 5;  ///< of doctor
};

/// Of a command that failed.
[[nodiscard]] inline int exit_code_of(const base::Error& error) {
  return error.is(control::Errc::nothing_listens) ? ExitCode::not_running : ExitCode::error;
}

}  // namespace qnet::cli
