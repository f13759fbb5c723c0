#include "command_name.hpp"

#include <algorithm>
#include <array>

namespace qnet::cli {

namespace {

/// In the order of the enum.
constexpr std::array<std::string_view, 5> kNames = {"run", "demo", "keygen", "invite", "status"};

}  // namespace

std::string_view name_of(Command command) { return kNames[static_cast<std::size_t>(command)]; }

std::optional<Command> command_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Command>(found - kNames.begin());
}

std::vector<std::string> command_names() { return {kNames.begin(), kNames.end()}; }

std::vector<const Option*> options_of(Command command) {
  std::vector<const Option*> options;
  for (const auto& option : option_table())
    if (option.belongs_to(command)) options.push_back(&option);
  return options;
}

}  // namespace qnet::cli
