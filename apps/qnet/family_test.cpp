// The family's file: as an option of a relay, and as the command that makes one.
#include <gmock/gmock.h>

#include "options.hpp"
#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(Family, is_none_unless_it_is_named) { EXPECT_EQ(settings_of(relay({"--relay-only"})).family, ""); }

TEST(Family, is_taken_from_flag_environment_and_file) {
  EXPECT_EQ(settings_of(relay({"--relay-only", "--family", "/keys/family"})).family, "/keys/family");
  const Variables environment{{"QNET_FAMILY", "/etc/qnet/family"}};
  EXPECT_EQ(settings_of(relay({"--relay-only"}), environment).family, "/etc/qnet/family");
  EXPECT_EQ(settings_of(relay({"--relay-only", "--family", "/keys/family"}), environment).family,
            "/keys/family");
  const ConfigFile file("family = '/etc/qnet/family'\n");
  EXPECT_EQ(settings_of(relay({"--relay-only", "--config", file.path()})).family, "/etc/qnet/family");
}

TEST(Family, new_takes_the_name_of_a_file) {
  const auto settings = settings_of({"family", "new", "mine"});
  EXPECT_EQ(settings.command, Command::family_new);
  EXPECT_EQ(settings.words, std::vector<std::string>{"mine"});
}

TEST(Family, has_a_help_of_its_own) {
  for (const auto& words : {Words{"family"}, Words{"family", "--help"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed);
    EXPECT_THAT(std::get<PrintText>(*parsed).text, HasSubstr("new FILE"));
  }
  EXPECT_THAT(error_of({"family", "old"}), HasSubstr("qnet family --help"));
}

}  // namespace
}  // namespace qnet::cli
