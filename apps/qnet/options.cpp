#include "options.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config_file.hpp"
#include "nearest.hpp"
#include "option_table.hpp"

namespace qnet::cli {

namespace {

using base::Result;

struct CommandName {
  Command command;
  const char* name;
};
constexpr std::array kCommands = {CommandName{Command::run, "run"}, CommandName{Command::demo, "demo"},
                                  CommandName{Command::keygen, "keygen"}, CommandName{Command::invite, "invite"},
                                  CommandName{Command::status, "status"}};

std::string_view name_of(Command command) { return kCommands[static_cast<std::size_t>(command)].name; }

std::optional<Command> command_named(std::string_view name) {
  for (const auto& [command, known] : kCommands)
    if (name == known) return command;
  return std::nullopt;
}

std::vector<const Option*> options_of(Command command) {
  std::vector<const Option*> options;
  for (const auto& option : option_table())
    if (option.belongs_to(command)) options.push_back(&option);
  return options;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const auto meant = nearest(word, known);
  return meant ? fmt::format("; did you mean {}?", *meant) : "";
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const auto comma = std::min(text.find(',', start), text.size());
    if (comma > start) parts.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return parts;
}

/// What CLI11 collected for one command.
struct CommandLine {
  GivenOptions given;
  std::string config;
  bool help = false;
};

Result<CommandLine> parse_command_line(Command command, std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras(true);
  CommandLine line;
  app.add_flag("-h,--help", line.help);
  if (command == Command::run) app.add_option("--config", line.config);
  const auto options = options_of(command);
  std::vector<std::vector<std::string>> values(options.size());
  std::vector<CLI::Option*> entries;
  for (std::size_t i = 0; i < options.size(); ++i) {
    auto* const entry = options[i]->is_switch()
                            ? app.add_flag(options[i]->flag())
                            : app.add_option(options[i]->flag(), values[i])->expected(1)->take_all();
    entries.push_back(entry);
  }
  std::ranges::reverse(arguments);  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return base::fail(Errc::bad_value, error.what());
  }
  const auto extras = app.remaining();
  if (!extras.empty() && !line.help) {
    std::vector<std::string> flags{"--help"};
    if (command == Command::run) flags.emplace_back("--config");
    for (const auto* const option : options) flags.push_back(option->flag());
    return base::fail(Errc::unknown_flag,
                      fmt::format("{}{} (qnet {} --help lists all)", extras.front(), suggestion(extras.front(), flags), name_of(command)));
  }
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (entries[i]->count() == 0) continue;
    auto given = options[i]->is_switch() ? std::vector<std::string>{"true"} : values[i];
    if (options[i]->key == "operators" || options[i]->key == "exit_ports") {
      std::vector<std::string> parts;
      for (const auto& value : given) std::ranges::copy(split_at_commas(value), std::back_inserter(parts));
      given = std::move(parts);
    }
    line.given.emplace(options[i]->key, Given{std::move(given), options[i]->flag()});
  }
  return line;
}

GivenOptions from_environment(Command command, const Environment& environment) {
  GivenOptions given;
  for (const auto* const option : options_of(command)) {
    if (option->environment.empty()) continue;
    const auto value = environment(std::string(option->environment));
    if (!value || value->empty()) continue;
    given.emplace(option->key, Given{option->many ? split_at_commas(*value) : std::vector{*value},
                                     std::string(option->environment)});
  }
  return given;
}

Result<void> apply(const Option& option, const Given& given, Settings& settings) {
  if (!option.many && given.values.size() > 1)
    return base::fail(Errc::bad_value, fmt::format("{} may be given once only", given.where));
  for (const auto& value : given.values)
    if (auto set = option.set(settings, value); !set)
      return base::fail(Errc::bad_value, fmt::format("{}: {}", given.where, set.error().context().empty() ? set.error().message() : set.error().context()));
  return {};
}

/// The strongest source that says something of the mode decides; aliases count as the mode itself.
void keep_strongest_mode(std::vector<GivenOptions*> strongest_first) {
  constexpr std::array modes = {"helper_mode", "relay_only", "exit_node"};
  bool decided = false;
  for (auto* const given : strongest_first) {
    const bool speaks = std::ranges::any_of(modes, [&](const char* key) { return given->contains(key); });
    if (decided)
      for (const auto* const key : modes) given->erase(key);
    decided = decided || speaks;
  }
}

std::filesystem::path default_state_dir(const Environment& environment) {
  if (const auto state = environment("XDG_STATE_HOME"); state && state->starts_with('/')) return *state + "/qnet";
  return environment("HOME").value_or("/tmp") + "/.local/state/qnet";
}

Result<void> check_whole(const Settings& s) {
  if (s.command != Command::run) return {};
  if (has_exit(s.helper_mode) && s.abuse_email.empty())
    return base::fail(Errc::missing, fmt::format("an {} needs a contact for complaints: set EXIT_ABUSE_EMAIL to an e-mail address that is read",
                                                 s.helper_mode == HelperMode::super ? "exit (mode super has one)" : "exit"));
  if (s.helper_mode != HelperMode::client && !s.cover_origin)
    return base::fail(Errc::missing, fmt::format("mode {} needs the web site that strangers shall see: give --cover-origin HOST:PORT", to_text(s.helper_mode)));
  if (s.helper_mode == HelperMode::client && s.peers.empty() && s.operators.empty())
    return base::fail(Errc::missing, "a client needs somebody to connect to: give --peer with an invite (qnet://…), or run qnet demo to try QNet on this machine alone");
  return {};
}

std::string option_lines(const std::vector<const Option*>& options) {
  std::string text;
  for (const auto* const option : options) {
    const auto left = option->is_switch() ? option->flag() : fmt::format("{} {}", option->flag(), option->value_name);
    text += fmt::format("  {:<28} {}\n", left, option->help);
  }
  return text;
}

}  // namespace

Result<std::variant<Settings, PrintText>> parse_options(std::span<const std::string> arguments, const Environment& environment) {
  using Outcome = std::variant<Settings, PrintText>;
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help")
    return Outcome(PrintText{help_text()});
  if (arguments[0] == "--version") return Outcome(PrintText{version_text()});
  const auto command = command_named(arguments[0]);
  if (!command) {
    std::vector<std::string> known{"--help", "--version"};
    for (const auto& entry : kCommands) known.emplace_back(entry.name);
    return base::fail(Errc::unknown_command, fmt::format("{}{} (qnet --help lists them)", arguments[0], suggestion(arguments[0], known)));
  }
  auto line = parse_command_line(*command, {arguments.begin() + 1, arguments.end()});
  if (!line) return base::forward_error(line);
  if (line->help) return Outcome(PrintText{help_text(*command)});

  GivenOptions from_file;
  if (!line->config.empty()) {
    auto read = read_config(line->config);
    if (!read) return base::forward_error(read);
    from_file = std::move(*read);
  }
  auto from_env = from_environment(*command, environment);
  keep_strongest_mode({&line->given, &from_env, &from_file});
  Settings settings;
  settings.command = *command;
  settings.state_dir = default_state_dir(environment);
  for (const auto* const option : options_of(*command)) {
    for (const auto* const source : {&line->given, &from_env, &from_file}) {
      const auto found = source->find(option->key);
      if (found == source->end()) continue;
      if (auto applied = apply(*option, found->second, settings); !applied) return base::forward_error(applied);
      break;
    }
  }
  if (settings.cover_name.empty() && settings.cover_origin) settings.cover_name = settings.cover_origin->host;
  if (auto whole = check_whole(settings); !whole) return tl::unexpected(base::Error(whole.error()));
  return Outcome(std::move(settings));
}

std::string version_text() { return fmt::format("qnet {}\n", QNET_VERSION); }

std::string help_text() {
  return R"(qnet - carries your traffic past censorship

Usage: qnet COMMAND [OPTIONS]

  demo      a small network on this machine alone, to try QNet
  run       a client; with --helper-mode a relay, bootstrap, exit or super peer
  invite    print the invite (qnet://...) of the peer whose state is here
  keygen    make the keys of a peer
  status    say how the running QNet is doing

  --help    this text; qnet COMMAND --help tells a command's options
  --version

Start with: qnet demo
)";
}

std::string help_text(Command command) {
  auto text = fmt::format("Usage: qnet {} [OPTIONS]\n\n{}", name_of(command), option_lines(options_of(command)));
  if (command == Command::run)
    text += fmt::format("  {:<28} {}\n", "--config FILE", "the same options in TOML: socks_port = 1088");
  return text;
}

std::string exit_warning() {
  return R"(You are starting an EXIT. Web sites will see the requests of strangers as coming from this machine.
The law holds the operator of an exit to account in some countries, and complaints will come. Run one only where
you may, tell your hosting provider, and answer the contact address given in EXIT_ABUSE_EMAIL.
)";
}

}  // namespace qnet::cli
