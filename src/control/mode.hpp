// How many relays a client's connections cross, as the API says it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace qnet::control {

/// "3 hops (private mode)".
[[nodiscard]] std::string mode_text(std::size_t hops);

/// {"hops": 3}: what POST /mode takes, and what both answers of /mode are.
[[nodiscard]] std::string mode_json(std::size_t hops);
/// Nothing for any other text.
[[nodiscard]] std::optional<std::size_t> hops_in(std::string_view json);

/// The sentence of a refusal of the API: {"error": …, "hint": …}.
[[nodiscard]] std::string reason_in(std::string_view json);

/// "fast", "private", or a number; nothing for any other word.
[[nodiscard]] std::optional<std::size_t> hops_named(std::string_view word);

}  // namespace qnet::control
