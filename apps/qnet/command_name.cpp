#include "command_name.hpp"

#include <algorithm>
#include <array>

namespace qnet::cli {

namespace {

/// In the order of the enum.
constexpr std::array<std::string_view, 19> kNames = {
    "run",         "demo",          "keygen",        "invite",
    "status",      "template list", "template show", "template capture",
    "cover check", "family new",    "mode",          "circuits",
    "peers",       "new-circuit",   "log",           "connect",
    "disconnect",  "open",          "doctor"};

}  // namespace

std::string_view name_of(Command command) { return kNames[static_cast<std::size_t>(command)]; }

std::optional<Command> command_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Command>(found - kNames.begin());
}

std::vector<std::string> command_names() {
  std::vector<std::string> words;
  for (const auto name : kNames) {
    std::string word(name.substr(0, name.find(' ')));
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  }
  return words;
}

bool takes_words(Command command) { return !words_help(command).empty(); }

std::string_view words_help(Command command) {
  if (command == Command::template_show) return " NAME|FILE";
  if (command == Command::cover_check) return " HOST[:PORT]";
  if (command == Command::family_new) return " FILE";
  if (command == Command::mode) return " [fast|private|N]";
  return command == Command::template_capture ? " [FILE…]" : "";
}

std::vector<const Option*> options_of(Command command) {
  std::vector<const Option*> options;
  for (const auto& option : option_table())
    if (option.belongs_to(command)) options.push_back(&option);
  return options;
}

}  // namespace qnet::cli
