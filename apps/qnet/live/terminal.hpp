// What the place is like that output goes to.
#pragma once

#include <cstddef>

#include "settle.hpp"

namespace qnet::cli {

struct Terminal {
  bool is_terminal = false;
  bool colour = false;
  bool unicode = false;    ///< else ASCII alone
  std::size_t width = 0;   ///< columns; 0: lines may have any length
  std::size_t height = 0;  ///< lines; 0: any number
};

/// Standard output, as it is now.
[[nodiscard]] Terminal standard_output(const Environment& environment);

/// The same as a function of what was found. Colour is for terminals that are no "dumb" ones, and never where
/// NO_COLOR says something (no-color.org). Other characters than ASCII are for terminals of a UTF-8 locale.
[[nodiscard]] Terminal terminal_like(bool is_terminal, std::size_t width, std::size_t height,
                                     const Environment& environment);

/// The environment of this process.
[[nodiscard]] std::optional<std::string> own_environment(const std::string& name);

}  // namespace qnet::cli
