// The man page and the completion are written by hand: no option may be missing there.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "command_name.hpp"
#include "option_table.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::string contents(const std::string& name) {
  std::ifstream file(std::string(PACKAGING_FOLDER "/") + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

/// mdoc's own way to write a flag: ".It Fl -socks-port Ar PORT".
bool has_item(const std::string& page, const Option& option) {
  const auto item = ".It Fl " + option.flag().substr(1);
  return option.is_switch()
             ? page.find(item + "\n") != std::string::npos
             : page.find(item + " Ar " + std::string(option.value_name) + "\n") != std::string::npos;
}

/// The flags in the completion's line "  run) flags="…" ;;"; a name of two words has its space escaped there.
std::vector<std::string> completed_flags(const std::string& script, Command command) {
  std::string name(name_of(command));
  if (const auto space = name.find(' '); space != std::string::npos) name.insert(space, 1, '\\');
  const auto start = "\n    " + name + ") flags=\"";
  const auto at = script.find(start);
  if (at == std::string::npos) return {};
  const auto first = at + start.size();
  return words_of(script.substr(first, script.find('"', first) - first));
}

constexpr Command kCommands[] = {
    Command::run,         Command::demo,          Command::keygen,        Command::invite,
    Command::status,      Command::template_list, Command::template_show, Command::template_capture,
    Command::cover_check, Command::family_new,    Command::mode,          Command::circuits,
    Command::peers,       Command::new_circuit,   Command::log,           Command::connect,
    Command::disconnect,  Command::open,          Command::doctor};

TEST(ManPage, has_every_flag_with_its_value) {
  const auto page = contents("qnet.1");
  for (const auto& option : option_table()) EXPECT_TRUE(has_item(page, option)) << option.flag();
  EXPECT_THAT(page, HasSubstr(".It Fl -config Ar FILE\n"));
  EXPECT_THAT(page, HasSubstr(".It Fl -help-relay\n"));
  EXPECT_THAT(page, HasSubstr(".It Fl -help-directory\n"));
  EXPECT_THAT(page, HasSubstr(".It Fl -help-log\n"));
}

TEST(ManPage, has_every_environment_variable_at_its_flag_and_in_the_list) {
  const auto page = contents("qnet.1");
  for (const auto& option : option_table()) {
    if (option.environment.empty()) continue;
    const std::string name(option.environment);
    EXPECT_THAT(page, HasSubstr(".It Ev " + name + "\n"));
    // Some flags begin with the whole of another.
    const auto item = page.find(".It Fl " + option.flag().substr(1) + (option.is_switch() ? "\n" : " "));
    ASSERT_NE(item, std::string::npos) << option.flag();
    const auto text = page.substr(item, page.find("\n.It ", item + 1) - item);
    EXPECT_THAT(text, HasSubstr("\n.Pq Ev " + name + "\n")) << option.flag();
  }
}

TEST(ManPage, has_every_command) {
  const auto page = contents("qnet.1");
  for (const auto& name : command_names()) EXPECT_THAT(page, HasSubstr(".It Cm " + name + "\n"));
}

TEST(Completion, offers_each_command_exactly_its_flags) {
  const auto script = contents("qnet.bash");
  for (const auto command : kCommands) {
    std::vector<std::string> expected{"--help"};
    if (command == Command::run)
      expected.insert(expected.end(), {"--help-relay", "--help-directory", "--help-log"});
    if (takes_config(command)) expected.emplace_back("--config");
    for (const auto* const option : options_of(command)) expected.push_back(option->flag());
    EXPECT_THAT(completed_flags(script, command), ::testing::UnorderedElementsAreArray(expected))
        << name_of(command);
  }
}

TEST(Completion, offers_every_template) {
  const auto script = contents("qnet.bash");
  const auto at = script.find("local templates=");
  ASSERT_NE(at, std::string::npos);
  const auto first = script.find('"', at) + 1;
  std::vector<std::string> expected;
  for (const auto& browser : client_hello::builtin_templates()) expected.push_back(browser.name);
  EXPECT_EQ(words_of(script.substr(first, script.find('"', first) - first)), expected);
}

TEST(Completion, offers_every_command) {
  const auto script = contents("qnet.bash");
  const std::string start = "local commands=\"";
  const auto at = script.find(start);
  ASSERT_NE(at, std::string::npos);
  const auto first = at + start.size();
  EXPECT_THAT(words_of(script.substr(first, script.find('"', first) - first)), IsSupersetOf(command_names()));
}

}  // namespace
}  // namespace qnet::cli
