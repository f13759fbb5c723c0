// qnet doctor.
#pragma once

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// Looks for what is wrong here, prints it with what to do, and gives the exit code.
[[nodiscard]] base::Result<int> see_doctor(const Settings& settings);

}  // namespace qnet::cli
