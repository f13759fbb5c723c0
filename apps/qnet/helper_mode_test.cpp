// The mode and its aliases, and what each mode must be told.
#include <gmock/gmock.h>

#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

const Variables kContact{{"EXIT_ABUSE_EMAIL", "abuse@example.org"}};

Variables with_contact(Variables more) {
  more.insert(kContact.begin(), kContact.end());
  return more;
}

TEST(HelperMode, is_taken_from_the_flag_and_from_stealth_mode) {
  for (const auto mode :
       {HelperMode::client, HelperMode::relay, HelperMode::bootstrap, HelperMode::exit, HelperMode::super}) {
    const std::string name(to_text(mode));
    EXPECT_EQ(settings_of(relay({"--peer", kInvite, "--helper-mode", name}), kContact).helper_mode, mode);
    EXPECT_EQ(settings_of(relay({"--peer", kInvite}), with_contact({{"STEALTH_MODE", name}})).helper_mode,
              mode);
  }
}

TEST(HelperMode, has_the_aliases_relay_only_and_exit_node) {
  EXPECT_EQ(settings_of(relay({"--relay-only"})).helper_mode, HelperMode::relay);
  EXPECT_EQ(settings_of(relay({"--exit-node"}), kContact).helper_mode, HelperMode::exit);
}

TEST(HelperMode, by_alias_in_the_file_as_well) {
  const ConfigFile file("exit_node = true\nrelay_only = false\nexit_abuse_email = 'abuse@example.org'\n");
  EXPECT_EQ(settings_of(relay({"--config", file.path()})).helper_mode, HelperMode::exit);
}

TEST(HelperMode, by_alias_as_a_flag_beats_the_environment_and_the_file) {
  const ConfigFile file("helper_mode = 'super'\n");
  EXPECT_EQ(
      settings_of(relay({"--relay-only", "--config", file.path()}), {{"STEALTH_MODE", "exit"}}).helper_mode,
      HelperMode::relay);
}

TEST(HelperMode, as_a_flag_beats_an_alias_in_the_file) {
  const ConfigFile file("exit_node = true\n");
  EXPECT_EQ(settings_of(client({"--helper-mode", "client", "--config", file.path()})).helper_mode,
            HelperMode::client);
  EXPECT_EQ(settings_of(relay({"--config", file.path()}), {{"STEALTH_MODE", "relay"}}).helper_mode,
            HelperMode::relay);
}

TEST(HelperMode, options_of_a_directory_belong_to_modes_that_serve_one) {
  const std::vector<std::vector<std::string>> all{{"--directory-store", "file.db"},
                                                  {"--directory-token", "0123456789abcdef"},
                                                  {"--country-database", "countries.mmdb"}};
  for (const auto& option : all) {
    for (const auto* const mode : {"client", "relay", "exit"}) {
      const auto asked = relay({"--peer", kInvite, "--helper-mode", mode, option[0], option[1]});
      EXPECT_THAT(error_of(asked, kContact),
                  AllOf(HasSubstr(std::string("mode ") + mode + " serves no directory"),
                        HasSubstr("modes bootstrap and super")))
          << option[0];
    }
  }
}

TEST(HelperMode, is_not_decided_by_an_alias_that_is_false) {
  const ConfigFile file("relay_only = false\nhelper_mode = 'bootstrap'\n");
  EXPECT_EQ(settings_of(relay({"--config", file.path()})).helper_mode, HelperMode::bootstrap);
  EXPECT_EQ(settings_of(relay({"--exit-node=false"}), {{"STEALTH_MODE", "relay"}}).helper_mode,
            HelperMode::relay);
}

TEST(HelperMode, refuses_two_modes_from_one_source) {
  EXPECT_THAT(error_of(relay({"--relay-only", "--exit-node"}), kContact),
              AllOf(HasSubstr("--relay-only"), HasSubstr("--exit-node"), HasSubstr("choose one")));
  EXPECT_THAT(error_of(client({"--helper-mode", "client", "--exit-node"}), kContact),
              HasSubstr("choose one"));
  const ConfigFile file("helper_mode = 'client'\nexit_node = true\n");
  EXPECT_THAT(error_of(relay({"--config", file.path()}), kContact),
              AllOf(HasSubstr("line 1"), HasSubstr("line 2")));
}

TEST(HelperMode, may_be_said_twice_in_different_words) {
  EXPECT_EQ(settings_of(relay({"--helper-mode", "relay", "--relay-only"})).helper_mode, HelperMode::relay);
}

TEST(HelperMode, with_an_exit_refuses_without_a_contact) {
  for (const char* const mode : {"exit", "super"}) {
    EXPECT_THAT(error_of(relay({"--helper-mode", mode})), HasSubstr("EXIT_ABUSE_EMAIL"));
    EXPECT_THAT(error_of(relay({"--helper-mode", mode}), {{"EXIT_ABUSE_EMAIL", ""}}),
                HasSubstr("EXIT_ABUSE_EMAIL"));
    EXPECT_EQ(settings_of(relay({"--helper-mode", mode}), kContact).abuse_email, "abuse@example.org");
  }
  EXPECT_THAT(error_of(relay({"--exit-node"})), HasSubstr("EXIT_ABUSE_EMAIL"));
}

TEST(HelperMode, without_an_exit_needs_no_contact) {
  EXPECT_TRUE(parse(relay({"--helper-mode", "relay"})));
  EXPECT_TRUE(parse(relay({"--helper-mode", "bootstrap"})));
}

TEST(HelperMode, client_starts_without_peers_and_is_given_one_later) {
  EXPECT_TRUE(parse({"run"}, {}));
  EXPECT_TRUE(parse({"run"}, {{"STEALTH_OPERATORS", kInvite}}));
  const ConfigFile file("peer = []\n");
  EXPECT_TRUE(parse({"run", "--config", file.path()}, {}));
}

TEST(HelperMode, relay_without_a_cover_origin_is_told_what_to_do) {
  for (const char* const mode : {"relay", "bootstrap", "exit", "super"})
    EXPECT_THAT(error_of({"run", "--helper-mode", mode}, kContact), HasSubstr("--cover-origin HOST:PORT"));
}

TEST(HelperMode, relay_takes_the_cover_origins_host_as_the_cover_name) {
  EXPECT_EQ(settings_of(relay({"--relay-only"})).cover_name, "www.example.com");
  EXPECT_EQ(settings_of(relay({"--relay-only", "--cover-name", "example.org"})).cover_name, "example.org");
}

// Its invite would name an address, and every client would refuse that.
TEST(HelperMode, relay_whose_cover_origin_is_an_address_must_be_given_the_name) {
  for (const char* const origin : {"192.0.2.1:443", "[2001:db8::1]:443"}) {
    const Words words{"run", "--relay-only", "--cover-origin", origin};
    EXPECT_THAT(error_of(words), HasSubstr("--cover-name"));
    auto named = words;
    named.insert(named.end(), {"--cover-name", "www.example.com"});
    EXPECT_EQ(settings_of(named).cover_name, "www.example.com");
  }
}

}  // namespace
}  // namespace qnet::cli
