#pragma once

#include <string>

#include "control/status.hpp"

namespace qnet::control {

/// A page of plain ASCII lines for a terminal or a browser. Control characters in what others wrote become
/// '?', so that nothing can speak to the terminal.
[[nodiscard]] std::string status_text(const Status& status);

}  // namespace qnet::control
