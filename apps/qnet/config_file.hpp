// The configuration file of qnet run: TOML with one key an option, lists where an option may repeat.
#pragma once

#include <filesystem>
#include <string_view>

#include "error.hpp"
#include "foundation/base/result.hpp"
#include "given.hpp"

namespace qnet::cli {

/// The options of a file's text. `name` is for error messages. An unknown key is an error that suggests the
/// nearest.
[[nodiscard]] base::Result<GivenOptions> parse_config(std::string_view text, std::string_view name);
[[nodiscard]] base::Result<GivenOptions> read_config(const std::filesystem::path& file);

}  // namespace qnet::cli
