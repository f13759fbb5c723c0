#include "foundation/logging/daily_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::logging {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;

constexpr auto kNoon = std::chrono::sys_days{2026y / 11 / 28} + 12h;

class DailyFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(at(name));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      all.push_back(entry.path().filename().string());
    return all;
  }

  base::testing::TemporaryFolder folder_;
};

TEST_F(DailyFileTest, a_new_day_begins_a_new_file_that_is_its_owners_alone) {
  DailyFile file(at("log"));
  ASSERT_EQ(file.append("one\n", kNoon), 0);
  ASSERT_EQ(file.append("two\n", kNoon + 11h), 0);
  ASSERT_EQ(file.append("three\n", kNoon + 12h), 0);
  EXPECT_EQ(content("log.2026-11-28"), "one\ntwo\n");
  EXPECT_EQ(content("log"), "three\n");
  for (const auto& name : names()) {
    struct stat info{};
    ASSERT_EQ(::stat(at(name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(DailyFileTest, keeps_seven_days_with_today_and_nothing_else_is_removed) {
  std::ofstream(at("log.old")) << "somebody's own\n";
  std::ofstream(at("other.2020-01-01")) << "of another log\n";
  DailyFile file(at("log"));
  for (int day = 0; day < 10; ++day) ASSERT_EQ(file.append("x\n", kNoon + day * 24h), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("log", "log.2026-12-06", "log.2026-12-05", "log.2026-12-04",
                                            "log.2026-12-03", "log.2026-12-02", "log.2026-12-01", "log.old",
                                            "other.2020-01-01"));
}

TEST_F(DailyFileTest, what_is_old_goes_also_when_nothing_more_is_written) {
  DailyFile file(at("log"));
  ASSERT_EQ(file.append("x\n", kNoon), 0);
  file.begin_day(kNoon + 6 * 24h);
  EXPECT_THAT(names(), UnorderedElementsAre("log.2026-11-28"));
  file.begin_day(kNoon + 7 * 24h);
  EXPECT_THAT(names(), UnorderedElementsAre());
}

TEST_F(DailyFileTest, goes_on_where_the_last_process_stopped_on_the_same_day_and_puts_older_lines_aside) {
  const auto now = std::chrono::system_clock::now();
  ASSERT_EQ(DailyFile(at("log")).append("one\n", now), 0);
  ASSERT_EQ(DailyFile(at("log")).append("two\n", now), 0);
  EXPECT_EQ(content("log"), "one\ntwo\n");
  const auto yesterday = std::chrono::file_clock::now() - 24h;
  std::filesystem::last_write_time(at("log"), yesterday);
  ASSERT_EQ(DailyFile(at("log")).append("three\n", now), 0);
  EXPECT_EQ(content("log"), "three\n");
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(DailyFileTest, a_clock_that_is_set_back_begins_no_day) {
  DailyFile file(at("log"));
  ASSERT_EQ(file.append("one\n", kNoon), 0);
  ASSERT_EQ(file.append("two\n", kNoon - 48h), 0);
  EXPECT_EQ(content("log"), "one\ntwo\n");
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(DailyFileTest, a_day_has_so_many_bytes_and_no_more) {
  DailyFile file(at("log"), {.days = 2, .bytes = 8});
  EXPECT_EQ(file.append("aaa\n", kNoon), 0);
  EXPECT_EQ(file.append("bbbb\n", kNoon), EFBIG);
  EXPECT_EQ(file.append("ccc\n", kNoon), 0);
  EXPECT_EQ(file.append("d\n", kNoon), EFBIG);
  EXPECT_EQ(file.append("d\n", kNoon + 24h), 0);
  EXPECT_EQ(content("log.2026-11-28"), "aaa\nccc\n");
}

TEST_F(DailyFileTest, what_cannot_be_written_is_told) {
  EXPECT_EQ(DailyFile(at("none") / "log").append("x\n", kNoon), ENOENT);
}

}  // namespace
}  // namespace qnet::logging
