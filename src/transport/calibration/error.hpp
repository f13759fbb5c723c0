#pragma once

#include <string_view>

#include "foundation/base/result.hpp"

namespace qnet::calibration {

enum class Errc {
  unsteady = 1,  ///< two visits showed flights of different form
  unknown_form,  ///< something that a relay cannot send likewise
  timed_out,
  unlike,  ///< a broken handshake gets something that a relay cannot say likewise
};

[[nodiscard]] inline const char* error_domain(Errc) { return "calibration"; }
[[nodiscard]] std::string_view describe(Errc code);

/// Whether the error says something about the origin itself, so that trying again is of no use.
[[nodiscard]] bool unsuitable(const base::Error& error);

}  // namespace qnet::calibration
