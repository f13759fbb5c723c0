// What a person types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "line/error.hpp"
#include "line/settings.hpp"

namespace qnet::line {

struct Options {
  bool help = false;
  std::string near;  ///< network namespaces, as `ip netns` names them
  std::string far;
  std::string device = "line0";
  std::uint64_t seed = 1;
  Settings up;    ///< from near to far
  Settings down;  ///< from far to near
};

[[nodiscard]] std::string_view help_text();

/// Without the program's name. Never ends the process.
[[nodiscard]] base::Result<Options> parse_options(std::vector<std::string> arguments);

}  // namespace qnet::line
