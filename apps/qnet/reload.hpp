// What SIGHUP asks for: the configuration file is read again.
#pragma once

#include <string>
#include <vector>

#include "options.hpp"

namespace qnet::cli {

/// Of one running `qnet run`. The command line and the environment of a process stay as they are, so that
/// only the file can say something new, and only of what neither of them says.
class Reload {
 public:
  struct Outcome {
    Settings settings;
    std::vector<std::string>
        changed;  ///< keys that can change while QNet runs: its users take them from settings
    std::vector<std::string> need_restart;  ///< keys of options that still have their values of the start
  };

  /// `started` is what run_options() gave at the start.
  Reload(std::vector<std::string> arguments, Environment environment, const RunOptions& started)
      : arguments_(std::move(arguments)), environment_(std::move(environment)), running_(started.given) {}

  /// An error: the file cannot be used, and all is as it was.
  [[nodiscard]] base::Result<Outcome> read_again();

 private:
  std::vector<std::string> arguments_;
  Environment environment_;
  decltype(RunOptions::given) running_;
};

}  // namespace qnet::cli
