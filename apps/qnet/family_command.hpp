// qnet family new.
#pragma once

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// Makes the key of a new family in the file that is named, and says what to do with it. Overwrites nothing.
[[nodiscard]] base::Result<void> new_family(const Settings& settings);

}  // namespace qnet::cli
