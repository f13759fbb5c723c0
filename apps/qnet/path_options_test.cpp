// How many relays, which country, and from which address: the options of a path.
#include <gmock/gmock.h>

#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Words with_operators(const Words& more) {
  Words words{"run", "--operators", kInvite};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(PathOptions, one_hop_to_anywhere_unless_something_is_said) {
  const auto settings = settings_of(client());
  EXPECT_EQ(settings.hops, 1U);
  EXPECT_THAT(settings.exit_countries, ElementsAre());
}

TEST(PathOptions, hops_are_taken_from_flag_environment_and_file) {
  EXPECT_EQ(settings_of(with_operators({"--hops", "3"})).hops, 3U);
  const Variables environment{{"QNET_HOPS", "2"}};
  EXPECT_EQ(settings_of(with_operators({}), environment).hops, 2U);
  EXPECT_EQ(settings_of(with_operators({"--hops", "5"}), environment).hops, 5U);
  const ConfigFile file("hops = 4\n");
  EXPECT_EQ(settings_of(with_operators({"--config", file.path()})).hops, 4U);
}

TEST(PathOptions, hops_are_from_1_to_5) {
  for (const char* const hops : {"0", "6", "three", "-1", "3 "})
    EXPECT_THAT(error_of(with_operators({"--hops", hops})),
                AllOf(HasSubstr("--hops"), HasSubstr("from 1 to 5")));
}

TEST(PathOptions, early_requests_can_be_switched_off) {
  EXPECT_FALSE(settings_of(with_operators({"--hops", "3"})).no_early_request);
  EXPECT_TRUE(settings_of(with_operators({"--hops", "3", "--no-early-request"})).no_early_request);
  const Variables environment{{"QNET_NO_EARLY_REQUEST", "true"}};
  EXPECT_TRUE(settings_of(with_operators({}), environment).no_early_request);
  const ConfigFile file("no_early_request = true\n");
  EXPECT_TRUE(settings_of(with_operators({"--config", file.path()})).no_early_request);
}

TEST(PathOptions, several_hops_and_countries_need_operators) {
  EXPECT_THAT(error_of(client({"--hops", "3"})), HasSubstr("--operators"));
  EXPECT_THAT(error_of(client({"--exit-country", "SE"})), HasSubstr("--operators"));
  EXPECT_EQ(settings_of(client({"--hops", "1"})).hops, 1U);
}

TEST(PathOptions, exit_countries_are_two_capital_letters_and_eight_at_most) {
  EXPECT_THAT(settings_of(with_operators({"--exit-country", "SE,NO", "--exit-country", "FI"})).exit_countries,
              ElementsAre("SE", "NO", "FI"));
  for (const char* const country : {"se", "SWE", "S", "S1"})
    EXPECT_THAT(error_of(with_operators({"--exit-country", country})),
                AllOf(HasSubstr("--exit-country"), HasSubstr("such as SE")));
  EXPECT_THAT(error_of(with_operators({"--exit-country", "AT,BE,CH,DE,DK,FI,FR,NO,SE"})), HasSubstr("eight"));
}

TEST(PathOptions, exit_traffic_comes_from_one_address_of_each_family) {
  EXPECT_THAT(settings_of(relay({"--relay-only", "--exit-bind", "192.0.2.7,2001:db8::7"})).exit_bind,
              ElementsAre("192.0.2.7", "2001:db8::7"));
  for (const char* const address : {"localhost", "0.0.0.0", "::", "192.0.2.7,192.0.2.8"})
    EXPECT_THAT(error_of(relay({"--relay-only", "--exit-bind", address})), HasSubstr("--exit-bind"));
}

}  // namespace
}  // namespace qnet::cli
