#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qnet::cli {

/// The known word that a person most likely meant; nothing when none is near (more than a third of its
/// letters off).
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

/// " (did you mean peer?)" for the end of an error message, or nothing when no known word is near.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace qnet::cli
