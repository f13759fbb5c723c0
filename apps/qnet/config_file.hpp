// The configuration file: TOML with one key an option, lists where an option may repeat.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "error.hpp"

namespace qnet::cli {

/// What one place says of an option, and where: "qnet.toml, line 3".
struct Given {
  std::vector<std::string> values;
  std::string where;
};
using GivenOptions = std::map<std::string, Given, std::less<>>;

/// The options of a file's text. `name` is for error messages. An unknown key is an error that suggests the nearest.
[[nodiscard]] base::Result<GivenOptions> parse_config(std::string_view text, std::string_view name);
[[nodiscard]] base::Result<GivenOptions> read_config(const std::filesystem::path& file);

}  // namespace qnet::cli
