#include "foundation/logging/set_up.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>
#include <boost/json/parse.hpp>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::logging {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

class LogSetUp : public ::testing::Test {
 protected:
  ~LogSetUp() override { spdlog::set_default_logger(before_); }

  [[nodiscard]] std::string content() const {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  base::testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "log";
};

TEST_F(LogSetUp, a_file_has_the_lines_from_the_level_on_and_so_has_the_ring) {
  Options options;
  options.level = Level::warning;
  options.file = file_;
  CaptureStderr();
  const auto ring = set_up(options);
  ASSERT_TRUE(ring) << ring.error().message();
  spdlog::info("too quiet");
  spdlog::warn("one\nline");
  EXPECT_EQ(GetCapturedStderr(), "");
  EXPECT_THAT(content(), ::testing::MatchesRegex("[0-9]+-[0-9]+-[0-9]+ [0-9:]+ warning: one line\n"));
  const auto lines = (*ring)->tail(10);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].message, "one line");
  EXPECT_EQ(lines[0].level, Level::warning);
}

TEST_F(LogSetUp, a_file_of_json_has_one_object_a_line) {
  Options options;
  options.level = Level::trace;
  options.file = file_;
  options.json = true;
  ASSERT_TRUE(set_up(options));
  spdlog::trace("a \"word\"");
  spdlog::error("wrong");
  std::ifstream in(file_);
  std::string first, second, none;
  std::getline(in, first);
  std::getline(in, second);
  EXPECT_FALSE(std::getline(in, none));
  EXPECT_EQ(boost::json::parse(first).at("level").as_string(), "trace");
  EXPECT_EQ(boost::json::parse(first).at("message").as_string(), "a \"word\"");
  EXPECT_EQ(boost::json::parse(second).at("level").as_string(), "error");
  EXPECT_THAT(std::string(boost::json::parse(second).at("time").as_string()), EndsWith("Z"));
}

TEST_F(LogSetUp, standard_error_gets_what_no_file_was_named_for) {
  CaptureStderr();
  ASSERT_TRUE(set_up({}));
  spdlog::info("hello");
  spdlog::debug("too quiet");
  EXPECT_THAT(GetCapturedStderr(), EndsWith(" info: hello\n"));
}

TEST_F(LogSetUp, the_journal_gets_priorities_and_no_time) {
  CaptureStderr();
  struct stat info{};
  ASSERT_EQ(::fstat(STDERR_FILENO, &info), 0);
  const auto name = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  Options options;
  options.journal_stream = name;
  ASSERT_TRUE(set_up(options));
  spdlog::info("hello");
  spdlog::warn("first\n<3>forged");
  options.json = true;
  ASSERT_TRUE(set_up(options));
  spdlog::error("wrong");
  const auto text = GetCapturedStderr();
  EXPECT_THAT(text, ::testing::StartsWith("<6>hello\n<4>first <3>forged\n<3>{\"time\":"));
}

TEST_F(LogSetUp, a_file_that_cannot_be_written_is_named) {
  Options options;
  options.file = folder_.path() / "none" / "log";
  const auto ring = set_up(options);
  ASSERT_FALSE(ring);
  EXPECT_TRUE(ring.error().is(Errc::cannot_write));
  EXPECT_THAT(ring.error().message(), HasSubstr("none/log (No such file or directory)"));
}

}  // namespace
}  // namespace qnet::logging
