#include "config_file.hpp"

#include <gmock/gmock.h>

#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(std::string_view text, Errc code) {
  const auto parsed = parse_config(text, "qnet.toml");
  if (parsed) return "taken";
  EXPECT_TRUE(parsed.error().is(code)) << parsed.error().message();
  return parsed.error().message();
}

std::string unreadable(const std::string& path) {
  const auto read = read_config(path);
  if (read) return "read";
  EXPECT_TRUE(read.error().is(Errc::unreadable_file)) << read.error().message();
  return read.error().message();
}

TEST(ConfigFile, says_what_it_says_and_where) {
  const auto given = parse_config(
      "# a relay\nhelper_mode = \"relay\"\n\nsocks_port = 2000\nrelay_only = true\n", "qnet.toml");
  ASSERT_TRUE(given);
  ASSERT_EQ(given->size(), 3U);
  EXPECT_THAT(given->at("helper_mode").values, ElementsAre("relay"));
  EXPECT_EQ(given->at("helper_mode").where, "qnet.toml, line 2");
  EXPECT_THAT(given->at("socks_port").values, ElementsAre("2000"));
  EXPECT_EQ(given->at("socks_port").where, "qnet.toml, line 4");
  EXPECT_THAT(given->at("relay_only").values, ElementsAre("true"));
}

TEST(ConfigFile, may_be_empty) {
  for (const char* const text : {"", "\n", "# nothing yet", "\xef\xbb\xbf"}) {
    const auto given = parse_config(text, "qnet.toml");
    ASSERT_TRUE(given) << given.error().message();
    EXPECT_TRUE(given->empty());
  }
}

TEST(ConfigFile, refuses_an_unknown_key_and_names_the_nearest) {
  EXPECT_THAT(
      refusal("threads = 2\nsocks_prot = 1080\n", Errc::unknown_key),
      AllOf(HasSubstr("qnet.toml, line 2"), HasSubstr("socks_prot"), HasSubstr("did you mean socks_port?")));
  EXPECT_THAT(refusal("helper-mode = 'relay'\n", Errc::unknown_key), HasSubstr("did you mean helper_mode?"));
  EXPECT_THAT(refusal("frobnicate = 1\n", Errc::unknown_key), Not(HasSubstr("did you mean")));
  EXPECT_THAT(refusal("[peers]\na = 1\n", Errc::unknown_key), HasSubstr("did you mean peer?"));
}

TEST(ConfigFile, refuses_what_is_an_option_of_other_commands_only) {
  for (const char* const text : {"site_port = 9000\n", "base_port = 9000\n", "qr = true\n", "json = true\n"})
    EXPECT_THAT(refusal(text, Errc::unknown_key), HasSubstr("no option of qnet run"));
}

TEST(ConfigFile, refuses_a_number_where_a_text_is_expected) {
  for (const char* const key :
       {"helper_mode", "peer", "operators", "socks_bind", "socks_auth", "listen", "advertise", "cover_origin",
        "cover_name", "exit_abuse_email", "exit_allow", "dns_server", "state_dir", "log_level"})
    for (const char* const value : {"5", "true", "1.5", "1979-05-27", "{}"})
      EXPECT_THAT(refusal(std::string(key) + " = " + value + "\n", Errc::bad_value),
                  AllOf(HasSubstr("qnet.toml, line 1"), HasSubstr(key), HasSubstr("text in quotes")));
}

TEST(ConfigFile, refuses_what_is_no_number_where_a_number_is_expected) {
  for (const char* const key : {"socks_port", "status_port", "exit_ports", "exit_max_connections", "threads"})
    for (const char* const value : {"true", "80.0", "1979-05-27", "{}", "inf", "07:32:00"})
      EXPECT_THAT(refusal(std::string(key) + " = " + value + "\n", Errc::bad_value),
                  AllOf(HasSubstr(key), HasSubstr("a number")));
}

TEST(ConfigFile, takes_a_number_in_quotes) {
  const auto given = parse_config("socks_port = \"2000\"\nexit_ports = ['22', 8080]\n", "qnet.toml");
  ASSERT_TRUE(given);
  EXPECT_THAT(given->at("socks_port").values, ElementsAre("2000"));
  EXPECT_THAT(given->at("exit_ports").values, ElementsAre("22", "8080"));
}

TEST(ConfigFile, refuses_what_is_not_true_or_false_for_a_switch) {
  for (const char* const key : {"relay_only", "exit_node"})
    for (const char* const value : {"1", "'true'", "'yes'", "[]"})
      EXPECT_THAT(refusal(std::string(key) + " = " + value + "\n", Errc::bad_value),
                  AllOf(HasSubstr(key), HasSubstr("true or false")));
}

TEST(ConfigFile, takes_a_list_where_an_option_may_repeat_and_nowhere_else) {
  EXPECT_THAT(parse_config("peer = ['a', 'b']\n", "").value().at("peer").values, ElementsAre("a", "b"));
  EXPECT_THAT(parse_config("peer = 'a'\n", "").value().at("peer").values, ElementsAre("a"));
  EXPECT_THAT(refusal("socks_port = [1, 2]\n", Errc::bad_value), HasSubstr("socks_port"));
  EXPECT_THAT(refusal("helper_mode = ['relay']\n", Errc::bad_value), HasSubstr("helper_mode"));
  EXPECT_THAT(refusal("peer = ['a', 5]\n", Errc::bad_value), HasSubstr("peer"));
  EXPECT_THAT(refusal("peer = [['a']]\n", Errc::bad_value), HasSubstr("peer"));
}

TEST(ConfigFile, names_the_line_of_a_syntax_error) {
  EXPECT_THAT(refusal("threads = 2\nsocks_port 1080\n", Errc::bad_file), HasSubstr("qnet.toml, line 2"));
  EXPECT_THAT(refusal("threads = 2\n\nsocks_port =\n", Errc::bad_file), HasSubstr("qnet.toml, line 3"));
  EXPECT_THAT(refusal("peer = \"qnet://", Errc::bad_file), HasSubstr("qnet.toml, line 1"));
  EXPECT_THAT(refusal("threads = 1\nthreads = 2\n", Errc::bad_file), HasSubstr("qnet.toml, line 2"));
  EXPECT_THAT(refusal("peer = \"\xff\"\n", Errc::bad_file), HasSubstr("qnet.toml, line 1"));
  EXPECT_THAT(refusal(std::string(100'000, '['), Errc::bad_file), HasSubstr("qnet.toml"));
  EXPECT_THAT(refusal("peer = " + std::string(100'000, '['), Errc::bad_file), HasSubstr("qnet.toml"));
}

TEST(ConfigFile, refuses_a_folder_name_that_the_system_would_cut) {
  const testing::ConfigFile file("state_dir = \"/srv/qnet\\u0000x\"\n");
  EXPECT_THAT(error_of(client({"--config", file.path()})),
              AllOf(HasSubstr("line 1"), HasSubstr("zero byte")));
}

TEST(ConfigFile, that_is_not_there_is_named) {
  const testing::ConfigFile file("");
  EXPECT_THAT(unreadable(file.path() + ".old"),
              AllOf(HasSubstr(file.path() + ".old"), HasSubstr("there is none")));
  EXPECT_THAT(unreadable(file.path() + "/x"), HasSubstr(file.path() + "/x"));
  EXPECT_THAT(error_of(client({"--config", file.path() + ".old"})), HasSubstr(file.path() + ".old"));
}

TEST(ConfigFile, that_is_a_folder_is_refused) {
  const testing::ConfigFile file("");
  EXPECT_THAT(unreadable(file.folder()), AllOf(HasSubstr(file.folder()), HasSubstr("folder")));
}

TEST(ConfigFile, of_a_megabyte_is_read_and_a_larger_one_refused) {
  const testing::ConfigFile largest(std::string(1024 * 1024, '\n'));
  EXPECT_TRUE(read_config(largest.path()));
  const testing::ConfigFile larger(std::string(1024 * 1024 + 1, '\n'));
  EXPECT_THAT(unreadable(larger.path()), HasSubstr("1 MiB"));
}

// As a shell's <(…) gives.
TEST(ConfigFile, may_be_a_device_that_ends) { EXPECT_TRUE(read_config("/dev/null")); }

}  // namespace
}  // namespace qnet::cli
