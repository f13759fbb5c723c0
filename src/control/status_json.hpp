#pragma once

#include <string>

#include "control/status.hpp"

namespace qnet::control {

/// One JSON object, as `GET /status` gives it. Every key is always there; what is unknown or does not apply
/// is null.
[[nodiscard]] std::string status_json(const Status& status);

}  // namespace qnet::control
