// qnet cover check.
#pragma once

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// Prints what an operator should know. Fails when the origin cannot be mirrored.
[[nodiscard]] base::Result<void> check_cover(const Settings& settings);

}  // namespace qnet::cli
