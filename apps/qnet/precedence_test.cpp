// Flags over environment over configuration file over defaults.
#include <gmock/gmock.h>

#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Precedence, nothing_said_gives_the_defaults) {
  const auto s = settings_of(client());
  EXPECT_EQ(s.helper_mode, HelperMode::client);
  EXPECT_EQ(s.socks_bind, "127.0.0.1");
  EXPECT_EQ(s.socks_port, 1088);
  EXPECT_EQ(s.status_port, 8088);
  EXPECT_EQ(s.listen, (peer::HostPort{"0.0.0.0", 443}));
  EXPECT_EQ(s.state_dir, "/home/ada/.local/state/qnet");
  EXPECT_EQ(s.log_level, "info");
  EXPECT_EQ(s.threads, 0U);
  EXPECT_EQ(s.exit_max_connections, 1000U);
  EXPECT_THAT(s.exit_ports, ElementsAre(80, 443));
  EXPECT_FALSE(s.socks_auth);
}

TEST(Precedence, file_beats_default) {
  const ConfigFile file("socks_port = 2000\n");
  EXPECT_EQ(settings_of(client({"--config", file.path()})).socks_port, 2000);
}

TEST(Precedence, environment_beats_default) {
  EXPECT_EQ(settings_of(client(), {{"STEALTH_SOCKS_PORT", "3000"}}).socks_port, 3000);
}

TEST(Precedence, flag_beats_default) {
  EXPECT_EQ(settings_of(client({"--socks-port", "4000"})).socks_port, 4000);
  EXPECT_EQ(settings_of(client({"--socks-port=4000"})).socks_port, 4000);
}

TEST(Precedence, environment_beats_file) {
  const ConfigFile file("socks_port = 2000\n");
  EXPECT_EQ(settings_of(client({"--config", file.path()}), {{"STEALTH_SOCKS_PORT", "3000"}}).socks_port,
            3000);
}

TEST(Precedence, flag_beats_file) {
  const ConfigFile file("socks_port = 2000\n");
  EXPECT_EQ(settings_of(client({"--config", file.path(), "--socks-port", "4000"})).socks_port, 4000);
}

TEST(Precedence, flag_beats_environment) {
  EXPECT_EQ(settings_of(client({"--socks-port", "4000"}), {{"STEALTH_SOCKS_PORT", "3000"}}).socks_port, 4000);
}

TEST(Precedence, flag_beats_environment_and_file_together) {
  const ConfigFile file("socks_port = 2000\n");
  const auto words = client({"--config", file.path(), "--socks-port", "4000"});
  EXPECT_EQ(settings_of(words, {{"STEALTH_SOCKS_PORT", "3000"}}).socks_port, 4000);
}

TEST(Precedence, each_option_is_decided_by_itself) {
  const ConfigFile file("socks_port = 2000\nstatus_port = 2001\nthreads = 3\n");
  const auto s = settings_of(client({"--config", file.path(), "--socks-port", "4000"}),
                             {{"STEALTH_STATUS_PORT", "3001"}, {"STEALTH_SOCKS_PORT", "3000"}});
  EXPECT_EQ(s.socks_port, 4000);
  EXPECT_EQ(s.status_port, 3001);
  EXPECT_EQ(s.threads, 3U);
}

TEST(Precedence, a_stronger_list_replaces_a_weaker_one) {
  const ConfigFile file("peer = ['" + kInvite + "', '" + kOtherInvite + "']\n");
  const Words run{"run", "--config", file.path()};
  EXPECT_THAT(settings_of(run).peers, ElementsAre(kInvite, kOtherInvite));
  EXPECT_THAT(settings_of(run, {{"QNET_PEER", kOtherInvite}}).peers, ElementsAre(kOtherInvite));
}

TEST(Precedence, an_empty_environment_variable_says_nothing) {
  const Variables empty{{"STEALTH_MODE", ""},      {"STEALTH_SOCKS_PORT", ""}, {"STEALTH_STATUS_PORT", ""},
                        {"STEALTH_OPERATORS", ""}, {"EXIT_ABUSE_EMAIL", ""},   {"EXIT_PORTS", ""},
                        {"QNET_STATE_DIR", ""},    {"XDG_STATE_HOME", ""},     {"QNET_LOG_LEVEL", ""}};
  const auto s = settings_of(client(), empty);
  EXPECT_EQ(s.helper_mode, HelperMode::client);
  EXPECT_EQ(s.socks_port, 1088);
  EXPECT_EQ(s.status_port, 8088);
  EXPECT_EQ(s.state_dir, "/home/ada/.local/state/qnet");
  const ConfigFile file("socks_port = 2000\n");
  EXPECT_EQ(settings_of(client({"--config", file.path()}), empty).socks_port, 2000);
}

TEST(Precedence, a_bad_value_that_is_overruled_does_no_harm) {
  EXPECT_EQ(settings_of(client({"--socks-port", "4000"}), {{"STEALTH_SOCKS_PORT", "many"}}).socks_port, 4000);
}

TEST(Precedence, variables_of_other_commands_are_not_looked_at) {
  EXPECT_EQ(settings_of({"status"}, {{"STEALTH_MODE", "nonsense"}, {"STEALTH_SOCKS_PORT", "0"}}).status_port,
            8088);
}

TEST(Precedence, the_documented_variables_reach_their_settings) {
  const auto s = settings_of({"run"}, {{"STEALTH_SOCKS_PORT", "3000"},
                                       {"STEALTH_STATUS_PORT", "3001"},
                                       {"STEALTH_OPERATORS", kInvite + ", " + kOtherInvite},
                                       {"QNET_SOCKS_AUTH", "ada:pass:word"},
                                       {"QNET_LOG_LEVEL", "debug"},
                                       {"QNET_LOG_FILE", "/var/log/qnet.log"},
                                       {"QNET_LOG_JSON", "true"},
                                       {"QNET_NO_EXIT_LOG", "true"},
                                       {"QNET_STATE_DIR", "/srv/qnet"}});
  EXPECT_EQ(s.socks_port, 3000);
  EXPECT_EQ(s.status_port, 3001);
  EXPECT_THAT(s.operators, ElementsAre(kInvite, kOtherInvite));
  EXPECT_EQ(s.socks_auth->user, "ada");
  EXPECT_EQ(s.socks_auth->password, "pass:word");
  EXPECT_EQ(s.log_level, "debug");
  EXPECT_EQ(s.log_file, "/var/log/qnet.log");
  EXPECT_TRUE(s.log_json && s.no_exit_log && !s.log_destinations);
  EXPECT_EQ(s.state_dir, "/srv/qnet");
}

TEST(Precedence, the_state_folder_follows_the_xdg_variable_when_it_is_absolute) {
  EXPECT_EQ(settings_of(client(), {{"XDG_STATE_HOME", "/var/state"}}).state_dir, "/var/state/qnet");
  EXPECT_EQ(settings_of(client(), {{"XDG_STATE_HOME", "state"}}).state_dir, "/home/ada/.local/state/qnet");
}

// A folder under /tmp could be another person's, with that person's keys in it.
TEST(Precedence, without_a_home_the_state_folder_must_be_given) {
  for (const Words& words : {Words{"keygen"}, Words{"demo"}, Words{"invite"}, relay({"--relay-only"})}) {
    EXPECT_THAT(error_of(words, {{"HOME", ""}}), HasSubstr("--state-dir"));
    EXPECT_EQ(settings_of(words, {{"HOME", ""}, {"QNET_STATE_DIR", "/srv/qnet"}}).state_dir, "/srv/qnet");
  }
  EXPECT_TRUE(parse(client(), {{"HOME", ""}}));
  EXPECT_TRUE(parse({"status"}, {{"HOME", ""}}));
}

}  // namespace
}  // namespace qnet::cli
