// The names that are not the public DNS.
#pragma once

#include <optional>
#include <string_view>

#include "exit/refusal.hpp"

namespace qnet::exit {

/// `name` in lower case, without a trailing dot. Nothing for an ordinary public name.
[[nodiscard]] std::optional<Refusal> special_name(std::string_view name);

}  // namespace qnet::exit
