#include "control/advice.hpp"

#include <gmock/gmock.h>

#include "control/testing/sample_status.hpp"
#include "control/words.hpp"

namespace qnet::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Its code; it has both sentences, with a word in every place.
std::string code_of(const Status& status) {
  const auto advice = advise(status);
  for (const auto* kind : {"advice.", "todo."}) {
    const auto text = sentence(kind + advice.code, advice.words);
    EXPECT_NE(text, kind + advice.code) << "no words for it";
    EXPECT_THAT(text, Not(HasSubstr("{")));
  }
  return advice.code;
}

Status offline_client() {
  auto status = testing::client_status();
  status.state = State::offline;
  status.path = Path{};
  return status;
}

TEST(Advice, is_none_when_bytes_came_back) { EXPECT_EQ(code_of(testing::client_status()), "ok"); }

TEST(Advice, of_a_client_that_nobody_wants_connected) {
  auto status = offline_client();
  status.state = State::disconnected;
  status.path->wanted = false;
  EXPECT_EQ(code_of(status), "disconnected");
}

TEST(Advice, of_a_client_that_knows_nobody) {
  auto status = offline_client();
  status.path->knows_relays = false;
  EXPECT_EQ(code_of(status), "nobody_known");
}

TEST(Advice, of_a_client_whose_tunnel_stands_and_nothing_comes_back) {
  auto status = offline_client();
  status.state = State::calibrating;
  status.path->stands = true;
  EXPECT_EQ(code_of(status), "nothing_came_back");
  status.path->silent = true;
  EXPECT_EQ(code_of(status), "web_silent");
}

TEST(Advice, of_fast_mode_without_a_relay) {
  auto status = offline_client();
  EXPECT_EQ(code_of(status), "relays_silent");
  status.path->countries = {"SE"};
  EXPECT_EQ(code_of(status), "no_exit_there");
  status.network = Network{};
  status.network->problem = "no answer";
  EXPECT_EQ(code_of(status), "no_list");
  status.state = State::calibrating;
  EXPECT_EQ(code_of(status), "starting");
}

TEST(Advice, of_private_mode_without_a_circuit) {
  auto status = offline_client();
  status.path->hops = 3;
  EXPECT_EQ(code_of(status), "building");
  status.path->problem = "too few relays";
  EXPECT_EQ(code_of(status), "no_private_path");
  status.path->countries = {"SE", "NO"};
  EXPECT_EQ(advise(status), (Advice{"no_exit_there", {{"countries", "SE, NO"}}}));
  status.network = Network{};
  status.network->problem = "no answer";
  EXPECT_EQ(code_of(status), "no_list");
}

TEST(Advice, of_a_relay) {
  auto status = testing::super_status();
  EXPECT_EQ(code_of(status), "cover_unknown");
  status.state = State::connected;
  EXPECT_EQ(code_of(status), "ok");
  status.registered = {{"192.0.2.9:443", true, ""}, {"192.0.2.8:443", false, "Set the clock."}};
  EXPECT_EQ(code_of(status), "ok") << "it has just started";
  status.uptime = std::chrono::minutes(1);
  EXPECT_EQ(advise(status), (Advice{"not_listed", {{"directory", "192.0.2.8:443"}}}));
  status.directory = Directory{};
  status.directory->store_works = false;
  EXPECT_EQ(code_of(status), "store_fails");
}

TEST(Advice, of_a_demo_names_the_node) {
  const auto advice = advise(testing::demo_status());
  EXPECT_EQ(advice.code, "node_in_trouble");
  EXPECT_EQ(advice.words.at("node"), "super");
  EXPECT_THAT(advice.words.at("text"), HasSubstr("cover"));
}

TEST(Sentence, puts_words_in_their_places) {
  EXPECT_EQ(sentence("hops.private", {{"hops", "3"}}), "Private: 3 relays");
  EXPECT_EQ(sentence("hops.private"), "Private:  relays");
  EXPECT_EQ(sentence("hops.private", {{"hops", "{hops}"}}), "Private: {hops} relays");
  EXPECT_EQ(sentence("no.such.key"), "no.such.key");
}

}  // namespace
}  // namespace qnet::control
