#include "reload.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReloadOptions : public ::testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(file) << text; }
  Reload begin(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"run",   "--config",       file.string(),         "--helper-mode",
                                   "relay", "--cover-origin", "www.example.com:443", "--state-dir",
                                   "/tmp/x"};
    words.insert(words.end(), more.begin(), more.end());
    const auto started = run_options(words, nothing);
    EXPECT_TRUE(started) << started.error().message();
    return {words, nothing, *started};
  }

  base::testing::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "qnet.toml";
  Environment nothing = [](const std::string&) { return std::nullopt; };
};

TEST_F(ReloadOptions, change_nothing_where_the_file_is_as_it_was) {
  write("log_level = \"debug\"\n");
  auto reload = begin();
  const auto outcome = reload.read_again();
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->changed, IsEmpty());
  EXPECT_THAT(outcome->need_restart, IsEmpty());
}

TEST_F(ReloadOptions, are_told_once_where_they_can_change) {
  write("log_level = \"info\"\n");
  auto reload = begin();
  write("log_level = \"debug\"\n");
  const auto outcome = reload.read_again();
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->changed, ElementsAre("log_level"));
  EXPECT_EQ(outcome->settings.log_level, "debug");
  EXPECT_THAT(reload.read_again()->changed, IsEmpty());
}

TEST_F(ReloadOptions, go_back_to_what_holds_without_them_when_they_are_taken_out) {
  write("log_level = \"debug\"\n");
  auto reload = begin();
  write("");
  const auto outcome = reload.read_again();
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->changed, ElementsAre("log_level"));
  EXPECT_EQ(outcome->settings.log_level, "info");
}

TEST_F(ReloadOptions, need_a_restart_until_they_are_again_as_at_the_start) {
  write("threads = 1\n");
  auto reload = begin();
  write("threads = 2\n");
  EXPECT_THAT(reload.read_again()->need_restart, ElementsAre("threads"));
  EXPECT_THAT(reload.read_again()->need_restart, ElementsAre("threads"));
  write("threads = 1\n");
  EXPECT_THAT(reload.read_again()->need_restart, IsEmpty());
}

TEST_F(ReloadOptions, of_the_command_line_are_stronger_than_the_file_still) {
  write("");
  auto reload = begin({"--log-level", "error"});
  write("log_level = \"debug\"\n");
  EXPECT_THAT(reload.read_again()->changed, IsEmpty());
}

TEST_F(ReloadOptions, stay_as_they_are_where_the_file_cannot_be_used) {
  write("log_level = \"info\"\n");
  auto reload = begin();
  for (const auto* const bad : {"log_level = \"loud\"\n", "log_levle = \"debug\"\n", "log_level = \n"}) {
    write(bad);
    EXPECT_FALSE(reload.read_again()) << bad;
  }
  write("log_level = \"debug\"\n");
  EXPECT_THAT(reload.read_again()->changed, ElementsAre("log_level"));
}

}  // namespace
}  // namespace qnet::cli
