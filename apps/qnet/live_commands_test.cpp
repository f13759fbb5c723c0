// The words of commands that ask the running QNet.
#include <gmock/gmock.h>

#include "command_name.hpp"
#include "options.hpp"
#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(LiveCommands, take_a_port_a_folder_and_json) {
  for (const auto* const name : {"status", "circuits", "peers", "mode", "new-circuit", "log", "connect",
                                 "disconnect", "open", "doctor"}) {
    const auto settings = settings_of({name, "--status-port", "9000", "--state-dir", "/s", "--json"});
    EXPECT_EQ(name_of(settings.command), name);
    EXPECT_TRUE(asks_running(settings.command)) << name;
    EXPECT_EQ(settings.status_port, 9000);
    EXPECT_EQ(settings.state_dir, "/s");
    EXPECT_TRUE(settings.json);
  }
  EXPECT_FALSE(asks_running(Command::run));
  EXPECT_FALSE(asks_running(Command::family_new));
}

TEST(LiveCommands, take_their_port_and_folder_from_the_environment) {
  const auto settings = settings_of({"peers"}, {{"STEALTH_STATUS_PORT", "9000"}, {"QNET_STATE_DIR", "/s"}});
  EXPECT_EQ(settings.status_port, 9000);
  EXPECT_EQ(settings.state_dir, "/s");
}

TEST(Log, takes_the_number_of_lines_as_tail_does) {
  EXPECT_EQ(settings_of({"log"}).tail, 100U);
  EXPECT_EQ(settings_of({"log", "-n", "7"}).tail, 7U);
  EXPECT_EQ(settings_of({"log", "-n7"}).tail, 7U);
  EXPECT_EQ(settings_of({"log", "--tail=7"}).tail, 7U);
  for (const auto* const wrong : {"0", "1001", "-1", "many", ""})
    EXPECT_THAT(error_of({"log", "-n", wrong}), HasSubstr("1 to 1000")) << wrong;
}

TEST(Mode, is_checked_before_anything_is_asked) {
  for (const auto* const right : {"fast", "private", "1", "5"})
    EXPECT_EQ(settings_of({"mode", right}).words.front(), right);
  EXPECT_THAT(error_of({"mode", "fats"}), HasSubstr("did you mean fast?"));
  EXPECT_THAT(error_of({"mode", "0"}), HasSubstr("1 to 5"));
  EXPECT_THAT(error_of({"mode", "6"}), HasSubstr("1 to 5"));
  EXPECT_THAT(error_of({"mode", "fast", "private"}), HasSubstr("one mode only"));
}

TEST(LiveCommands, refuse_options_of_others_and_words) {
  EXPECT_THAT(error_of({"peers", "--watch"}), HasSubstr("--watch"));
  EXPECT_THAT(error_of({"status", "--wach"}), HasSubstr("did you mean --watch?"));
  EXPECT_THAT(error_of({"circuits", "all"}), HasSubstr("all"));
  EXPECT_THAT(error_of({"new-circut"}), HasSubstr("did you mean new-circuit?"));
}

TEST(Doctor, takes_what_run_takes_and_asks_for_nothing_more) {
  const auto settings = settings_of({"doctor", "--helper-mode", "relay", "--listen", "127.0.0.1:4433"},
                                    {{"QNET_PEER", kInvite}});
  EXPECT_EQ(settings.helper_mode, HelperMode::relay);
  EXPECT_EQ(settings.listen.port, 4433);
  EXPECT_EQ(settings.peers, std::vector<std::string>{kInvite});
  const ConfigFile file("socks_port = 1234\nhops = 3\n");
  EXPECT_EQ(settings_of({"doctor", "--config", file.path()}).socks_port, 1234);
  EXPECT_THAT(error_of({"doctor", "--peer", kDamagedInvite}), HasSubstr("invite"));
}

}  // namespace
}  // namespace qnet::cli
