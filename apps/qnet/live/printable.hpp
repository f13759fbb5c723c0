// What others wrote, made harmless for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qnet::cli {

/// One line, without control characters (C0, DEL, C1), without what turns the direction of writing around or
/// is not seen, and valid UTF-8: '?' stands for what was there, a space for a tab. Without `unicode`, ASCII.
[[nodiscard]] std::string printable(std::string_view text, bool unicode);

/// The characters of valid UTF-8.
[[nodiscard]] std::size_t columns(std::string_view text);
/// The first `count` of them.
[[nodiscard]] std::string_view first_columns(std::string_view text, std::size_t count);

/// A JSON text with those of the same characters escaped that JSON lets pass.
[[nodiscard]] std::string printable_json(std::string_view json);

}  // namespace qnet::cli
