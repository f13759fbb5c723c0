// The machine's clock in the units of the documents. For I/O code only: the rules get the time as a
// parameter.
#pragma once

#include <cstdint>

#include "network/directory/limits.hpp"

namespace qnet::directory {

[[nodiscard]] inline WallTime wall_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Since 1970: the unit of sequences and versions.
[[nodiscard]] inline std::uint64_t milliseconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace qnet::directory
