#include "command_line.hpp"

#include <gmock/gmock.h>

#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const Words& words) {
  const auto parsed = parse(words);
  const auto* const text = parsed ? std::get_if<PrintText>(&*parsed) : nullptr;
  return text == nullptr ? "" : text->text;
}

TEST(CommandLine, without_words_prints_the_help) {
  EXPECT_EQ(text_of({}), help_text());
  for (const char* const word : {"--help", "-h", "help"}) EXPECT_EQ(text_of({word}), help_text());
  EXPECT_THAT(text_of({"--version"}), HasSubstr("qnet "));
}

TEST(CommandLine, prints_a_commands_help_whatever_else_is_said) {
  EXPECT_EQ(text_of({"run", "--help"}), help_text(Command::run));
  EXPECT_EQ(text_of({"status", "-h"}), help_text(Command::status));
  EXPECT_EQ(text_of({"demo", "--socks-port", "0", "--nonsense", "--help"}), help_text(Command::demo));
}

TEST(CommandLine, refuses_an_unknown_command_and_names_the_nearest) {
  EXPECT_THAT(error_of({"stauts"}), AllOf(HasSubstr("stauts"), HasSubstr("did you mean status?")));
  EXPECT_THAT(error_of({"frobnicate"}), AllOf(HasSubstr("frobnicate"), Not(HasSubstr("did you mean"))));
  EXPECT_THAT(error_of({""}), HasSubstr("unknown command"));
}

TEST(CommandLine, refuses_an_unknown_flag_and_names_the_nearest) {
  EXPECT_THAT(error_of({"run", "--socks-prot", "1"}),
              AllOf(HasSubstr("--socks-prot"), HasSubstr("did you mean --socks-port?")));
  EXPECT_THAT(error_of({"run", "--socks_port", "1"}), HasSubstr("did you mean --socks-port?"));
  EXPECT_THAT(error_of({"run", "--socks-prot=10800"}), HasSubstr("did you mean --socks-port?"));
  EXPECT_THAT(error_of({"run", "--confg", "x"}), HasSubstr("did you mean --config?"));
  EXPECT_THAT(error_of({"run", "peer"}), HasSubstr("did you mean --peer?"));
  EXPECT_THAT(error_of({"run", "--frobnicate"}), Not(HasSubstr("did you mean")));
  EXPECT_THAT(error_of({"invite", "--a"}), Not(HasSubstr("did you mean")));
}

TEST(CommandLine, does_not_repeat_the_value_of_a_misspelt_flag) {
  EXPECT_THAT(error_of(client({"--socks-auht=ada:secret"})), Not(HasSubstr("secret")));
}

TEST(CommandLine, refuses_the_flag_of_another_command) {
  EXPECT_THAT(error_of({"status", "--socks-port", "1"}), HasSubstr("unknown option: --socks-port"));
  EXPECT_THAT(error_of({"demo", "--config", "qnet.toml"}), HasSubstr("unknown option: --config"));
  EXPECT_THAT(error_of(client({"--qr"})), HasSubstr("unknown option: --qr"));
}

TEST(CommandLine, refuses_a_flag_without_its_value) {
  EXPECT_THAT(error_of({"run", "--socks-port"}), HasSubstr("--socks-port"));
  EXPECT_THAT(error_of({"run", "--config"}), HasSubstr("--config"));
}

// As "--state-dir=$UNSET --qr" in a script: "--qr" is no folder.
TEST(CommandLine, refuses_an_empty_value_instead_of_taking_the_next_word) {
  EXPECT_THAT(error_of({"invite", "--state-dir=", "--qr"}), HasSubstr("--state-dir: the value is empty"));
  EXPECT_THAT(error_of(client({"--config="})), HasSubstr("--config: the value is empty"));
  EXPECT_THAT(error_of(client({"--config", ""})), HasSubstr("--config: the value is empty"));
  for (const char* const flag : {"--peer", "--operators", "--exit-ports", "--state-dir", "--socks-port",
                                 "--helper-mode", "--cover-name", "--dns-server", "--socks-bind", "--listen"})
    EXPECT_THAT(error_of(client({flag, ""})), HasSubstr(flag));
}

TEST(CommandLine, refuses_a_single_option_that_is_given_twice) {
  for (const Words& words :
       {Words{"--socks-port", "1000", "--socks-port", "1000"},
        Words{"--helper-mode", "client", "--helper-mode", "client"},
        Words{"--log-level", "info", "--log-level=debug"}, Words{"--config", "a.toml", "--config", "b.toml"}})
    EXPECT_THAT(error_of(client(words)), AllOf(HasSubstr(words[0]), HasSubstr("once only")));
  EXPECT_THAT(error_of({"status", "--json", "--json"}), AllOf(HasSubstr("--json"), HasSubstr("once only")));
}

TEST(CommandLine, takes_a_switch_with_true_or_false_and_nothing_else) {
  EXPECT_TRUE(settings_of({"status", "--json"}).json);
  EXPECT_TRUE(settings_of({"status", "--json=true"}).json);
  EXPECT_FALSE(settings_of({"status", "--json=false"}).json);
  EXPECT_THAT(error_of({"status", "--json=maybe"}), HasSubstr("--json"));
  EXPECT_THAT(error_of({"status", "--json", "true"}), HasSubstr("unknown option: true"));
}

TEST(CommandLine, takes_lists_by_repetition_and_by_commas) {
  for (const Words& words :
       {Words{"--peer", kInvite, "--peer", kOtherInvite}, Words{"--peer", kInvite + "," + kOtherInvite}})
    EXPECT_THAT(settings_of({"run", words[0], words[1], words.size() > 2 ? words[2] : "--threads=1",
                             words.size() > 3 ? words[3] : "--log-level=info"})
                    .peers,
                ElementsAre(kInvite, kOtherInvite));
  EXPECT_THAT(settings_of({"run", "--operators", " " + kInvite + " ,," + kOtherInvite + ","}).operators,
              ElementsAre(kInvite, kOtherInvite));
  EXPECT_THAT(
      settings_of(client({"--exit-ports", "8080, 22", "--exit-ports=443", "--exit-ports", "22"})).exit_ports,
      ElementsAre(80, 443, 8080, 22));
  EXPECT_THAT(settings_of(client(), {{"EXIT_PORTS", "8080, 22"}}).exit_ports, ElementsAre(80, 443, 8080, 22));
  EXPECT_THAT(settings_of(client({"--exit-allow", "a.example:1", "--exit-allow", "b.example:2"})).exit_allow,
              ElementsAre("a.example:1", "b.example:2"));
}

TEST(CommandLine, takes_one_value_after_each_flag) {
  EXPECT_THAT(error_of({"run", "--peer", kInvite, kOtherInvite}), HasSubstr("unknown option"));
}

TEST(CommandLine, leaves_brackets_in_a_value_as_they_are) {
  EXPECT_EQ(settings_of({"keygen", "--state-dir", "[a,b]"}).state_dir, "[a,b]");
  EXPECT_EQ(settings_of({"keygen", "--state-dir=[a]"}).state_dir, "[a]");
  EXPECT_EQ(settings_of(client({"--listen", "[::1]:8443"})).listen, (peer::HostPort{"::1", 8443}));
}

TEST(CommandLine, takes_name_servers_with_and_without_port) {
  EXPECT_THAT(settings_of(client({"--dns-server", "192.0.2.53", "--dns-server", "[2001:db8::53]:5353",
                                  "--dns-server", "2001:db8::1"}))
                  .dns_servers,
              ElementsAre(peer::HostPort{"192.0.2.53", 53}, peer::HostPort{"2001:db8::53", 5353},
                          peer::HostPort{"2001:db8::1", 53}));
}

}  // namespace
}  // namespace qnet::cli
