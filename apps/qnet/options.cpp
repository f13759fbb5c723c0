#include "options.hpp"

#include <array>

#include <fmt/format.h>

#include "command_line.hpp"
#include "command_name.hpp"
#include "config_file.hpp"
#include "control/mode.hpp"
#include "nearest.hpp"

namespace qnet::cli {

namespace {

using base::Result;

std::string option_lines(Command command, HelpPage page) {
  std::string text, left;
  for (const auto* const option : options_of(command)) {
    if (command == Command::run && option->page() != page) continue;
    if (command == Command::doctor && option->belongs_to(Command::run) && !option->belongs_to(Command::open))
      continue;  // told in one line
    left += option->is_switch() ? option->flag() : fmt::format("{} {}", option->flag(), option->value_name);
    if (option->help.empty()) {  // told together with the next
      left += ", ";
      continue;
    }
    text += fmt::format("  {:<28} {}\n", left, option->help);
    left.clear();
  }
  return text;
}

using Sources = std::array<GivenOptions, 3>;

/// The strongest first: the words of the command line, the environment, the file.
Result<Sources> sources_of(Command command, const CommandLine& line, const Environment& environment) {
  GivenOptions from_file;
  if (!line.config.empty()) {
    auto read = read_config(line.config);
    if (!read) return base::forward_error(read);
    from_file = std::move(*read);
  }
  return Sources{line.given, from_environment(command, environment), std::move(from_file)};
}

/// Of the commands that are followed by what to do.
std::string group_help_text(std::string_view group) {
  if (group == "cover") return cover_help_text();
  return group == "family" ? family_help_text() : template_help_text();
}

/// The words of `qnet mode`, before anything is asked.
Result<void> check_words(Command command, const std::vector<std::string>& words) {
  if (command != Command::mode || words.empty()) return {};
  if (words.size() > 1) return base::fail(Errc::bad_value, "give one mode only, such as: qnet mode private");
  const auto& word = words.front();
  constexpr std::size_t kMost = 5;
  const auto hops = control::hops_named(word);
  if (hops && *hops <= kMost) return {};
  const std::vector<std::string> known{"fast", "private"};
  return base::fail(Errc::bad_value,
                    fmt::format("\"{}\" is no mode{}; choose fast, private, or a number of relays "
                                "from 1 to {}",
                                word, suggestion(word, known), kMost));
}

}  // namespace

Result<std::variant<Settings, PrintText>> parse_options(std::span<const std::string> arguments,
                                                        const Environment& environment) {
  using Outcome = std::variant<Settings, PrintText>;
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help")
    return Outcome(PrintText{help_text()});
  if (arguments[0] == "--version") return Outcome(PrintText{version_text()});
  // These are always followed by what to do with one.
  const bool group = arguments[0] == "template" || arguments[0] == "cover" || arguments[0] == "family";
  const std::size_t name_words = group && arguments.size() > 1 ? 2 : 1;
  if (group && (arguments.size() == 1 || arguments[1] == "--help" || arguments[1] == "-h"))
    return Outcome(PrintText{group_help_text(arguments[0])});
  const auto name = name_words == 2 ? arguments[0] + " " + arguments[1] : arguments[0];
  const auto command = command_named(name);
  if (!command && name_words == 2)
    return base::fail(Errc::unknown_command,
                      fmt::format("{}; qnet {} --help lists what there is", name, arguments[0]));
  if (!command) {
    auto known = command_names();
    known.insert(known.end(), {"--help", "--version"});
    return base::fail(Errc::unknown_command, fmt::format("{}{}; qnet --help lists them", arguments[0],
                                                         suggestion(arguments[0], known)));
  }
  auto line = parse_command_line(
      *command, {arguments.begin() + static_cast<std::ptrdiff_t>(name_words), arguments.end()});
  if (!line) return base::forward_error(line);
  if (line->help) return Outcome(PrintText{help_text(*command)});
  if (line->help_relay) return Outcome(PrintText{relay_help_text()});
  if (line->help_directory) return Outcome(PrintText{directory_help_text()});
  if (line->help_log) return Outcome(PrintText{log_help_text()});

  const auto sources = sources_of(*command, *line, environment);
  if (!sources) return tl::unexpected(sources.error());
  auto settings = settle(*command, *sources, environment);
  if (!settings) return base::forward_error(settings);
  if (auto checked = check_words(*command, line->words); !checked) return base::forward_error(checked);
  settings->words = std::move(line->words);
  settings->config_file = std::move(line->config);
  return Outcome(std::move(*settings));
}

Result<RunOptions> run_options(std::span<const std::string> arguments, const Environment& environment) {
  auto line = parse_command_line(Command::run, {arguments.begin() + 1, arguments.end()});
  if (!line) return base::forward_error(line);
  const auto sources = sources_of(Command::run, *line, environment);
  if (!sources) return tl::unexpected(sources.error());
  auto settings = settle(Command::run, *sources, environment);
  if (!settings) return base::forward_error(settings);
  RunOptions options{std::move(*settings), {}};
  for (const auto& source : *sources)
    for (const auto& [key, given] : source) options.given.emplace(key, given.values);
  return options;
}

std::string version_text() { return fmt::format("qnet {}\n", QNET_VERSION); }

std::string help_text() {
  return R"(qnet - carries your traffic past censorship

Usage: qnet COMMAND [OPTIONS]

  demo      a small network on this machine alone, to try QNet
  run       a client; with --helper-mode a relay, bootstrap, exit or super peer
  status    how the running QNet is doing; with --watch, again each second
  circuits, peers, log   its paths, the peers it dials, its last lines
  mode      say or change how many relays its connections cross
  connect, disconnect, new-circuit   what its page's buttons do
  open      that page, in the browser
  doctor    look for what is wrong here, and say what to do
  invite    print the invite (qnet://...) of the peer whose state is here
  keygen    make the keys of a peer
  template  the browsers that a client can look like: list, show, capture
  cover     check whether a web site is a good cover for a relay
  family    make the key by which several relays say that they are yours

  --help    this text; qnet COMMAND --help tells a command's options
  --version

It ends with 0: done, 1: error, 2: wrong words, 3: QNet does not run, 4: status
says not connected, 5: the doctor has found a problem.
Start with: qnet demo
)";
}

std::string template_help_text() {
  return R"(Usage: qnet template list|show|capture [OPTIONS]

  list             the built-in templates: browsers that a client can look like
  show NAME|FILE   one of them, or one of your own, in plain words
  capture          make one of a browser on this machine; --from FILE... of
                   recorded ClientHellos

qnet template show --help tells the options of show, and so on.
)";
}

std::string cover_help_text() {
  return R"(Usage: qnet cover check HOST[:PORT] [OPTIONS]

  check   visit a web site as every browser would, and tell how good a cover
          origin it is for a relay

qnet cover check --help tells its options.
)";
}

std::string family_help_text() {
  return R"(Usage: qnet family new FILE

  new FILE   make a key in a new file, for --family of all your relays: the
             directory then tells that no path may use two of them
)";
}

std::string help_text(Command command) {
  auto text = fmt::format("Usage: qnet {} [OPTIONS]{}\n\n{}", name_of(command), words_help(command),
                          option_lines(command, HelpPage::main));
  if (command == Command::run)
    for (const auto& [flag, help] :
         {std::pair{"--config FILE", "the same options in TOML: socks_port = 1088"},
          std::pair{"--help-relay", "the options of relays and exits"},
          std::pair{"--help-directory", "the options of bootstrap and super peers"},
          std::pair{"--help-log", "the options of the log"}})
      text += fmt::format("  {:<28} {}\n", flag, help);
  if (command == Command::doctor)
    text += fmt::format("  {:<28} {}\n", "--config FILE, and all others",
                        "as of qnet run: what it would do is looked at");
  return text;
}

std::string relay_help_text() {
  return "Usage: qnet run --helper-mode relay|bootstrap|exit|super [OPTIONS]\n" +
         option_lines(Command::run, HelpPage::relay) +
         "qnet run --help and --help-directory list the others.\n";
}

std::string directory_help_text() {
  return "Usage: qnet run --helper-mode bootstrap|super [OPTIONS]\n\n" +
         option_lines(Command::run, HelpPage::directory) +
         "\nqnet run --help and --help-relay list the others.\n";
}

std::string log_help_text() {
  return "Usage: qnet run [OPTIONS]\n\n" + option_lines(Command::run, HelpPage::log) +
         "\nWithout --log-file the log goes to the journal, or to standard error.\n"
         "qnet run --help lists the other options.\n";
}

std::string exit_warning() {
  return R"(You are starting an EXIT. Web sites will see the requests of strangers as coming from this machine.
The law holds the operator of an exit to account in some countries, and complaints will come. Run one only where
you may, tell your hosting provider, and answer the contact address given in EXIT_ABUSE_EMAIL.
)";
}

}  // namespace qnet::cli
