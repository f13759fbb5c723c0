// From what the sources say to Settings: which source wins, and what must not be missing.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "error.hpp"
#include "foundation/base/result.hpp"
#include "given.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// The value of an environment variable; nothing when it is not set. An empty value counts as not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

[[nodiscard]] GivenOptions from_environment(Command command, const Environment& environment);

/// The environment is asked for the person's folders only. Of an option the strongest source alone counts,
/// lists too.
[[nodiscard]] base::Result<Settings> settle(Command command, std::span<const GivenOptions> strongest_first,
                                            const Environment& environment);

}  // namespace qnet::cli
