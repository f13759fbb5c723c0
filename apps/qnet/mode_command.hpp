// qnet mode.
#pragma once

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// Prints how many relays the running client's connections cross; with a word, changes it before. Errors:
/// control's, and Errc::refused with the running client's reason.
[[nodiscard]] base::Result<void> mode(const Settings& settings);

}  // namespace qnet::cli
