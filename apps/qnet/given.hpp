// What each source (flags, environment, configuration file) says of the options, as text and not yet judged.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qnet::cli {

/// What one source says of an option, and where: "--peer", "QNET_PEER", "qnet.toml, line 3".
struct Given {
  std::vector<std::string> values;
  std::string where;
};

/// By the option's key.
using GivenOptions = std::map<std::string, Given, std::less<>>;

/// The parts between commas, without spaces around them and without empty parts. A text that has no other
/// part stays as it is, so that whoever reads it can say what is wrong with it.
[[nodiscard]] std::vector<std::string> split_at_commas(std::string_view text);

}  // namespace qnet::cli
