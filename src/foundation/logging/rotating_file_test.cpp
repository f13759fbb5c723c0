#include "foundation/logging/rotating_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::logging {
namespace {

class RotatingFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(at(name));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }

  base::testing::TemporaryFolder folder_;
};

TEST_F(RotatingFileTest, begins_anew_before_it_is_too_large_and_keeps_so_many) {
  RotatingFile file(at("log"), {.bytes = 8, .files = 3});
  for (const auto* const line :
       {"aaa\n", "bbb\n", "ccc\n", "ddd\n", "eee\n", "fff\n", "ggg\n", "hhh\n", "iii\n"})
    ASSERT_EQ(file.write(line), 0);
  EXPECT_EQ(content("log"), "iii\n");
  EXPECT_EQ(content("log.1"), "ggg\nhhh\n");
  EXPECT_EQ(content("log.2"), "eee\nfff\n");
  EXPECT_EQ(files(), 3U);
}

TEST_F(RotatingFileTest, all_its_files_are_its_owners_alone) {
  RotatingFile file(at("log"), {.bytes = 1, .files = 3});
  for (int i = 0; i < 4; ++i) ASSERT_EQ(file.write("x\n"), 0);
  for (const auto* const name : {"log", "log.1", "log.2"}) {
    struct stat info{};
    ASSERT_EQ(::stat(at(name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(RotatingFileTest, goes_on_where_the_last_process_stopped) {
  for (const auto* const line : {"one\n", "two\n", "three\n"}) {
    RotatingFile file(at("log"), {.bytes = 8, .files = 2});
    ASSERT_EQ(file.open(), 0);
    ASSERT_EQ(file.write(line), 0);
  }
  EXPECT_EQ(content("log.1"), "one\ntwo\n");
  EXPECT_EQ(content("log"), "three\n");
}

TEST_F(RotatingFileTest, a_line_larger_than_a_file_is_written_whole) {
  RotatingFile file(at("log"), {.bytes = 4, .files = 2});
  ASSERT_EQ(file.write("a\n"), 0);
  ASSERT_EQ(file.write("a long line\n"), 0);
  ASSERT_EQ(file.write("b\n"), 0);
  EXPECT_EQ(content("log.1"), "a long line\n");
  EXPECT_EQ(content("log"), "b\n");
}

TEST_F(RotatingFileTest, one_file_alone_is_emptied) {
  RotatingFile file(at("log"), {.bytes = 4, .files = 1});
  ASSERT_EQ(file.write("aaa\n"), 0);
  ASSERT_EQ(file.write("bbb\n"), 0);
  EXPECT_EQ(content("log"), "bbb\n");
  EXPECT_EQ(files(), 1U);
}

TEST_F(RotatingFileTest, what_cannot_be_written_is_told_and_tried_again) {
  RotatingFile file(at("none") / "log");
  EXPECT_EQ(file.open(), ENOENT);
  EXPECT_EQ(file.write("x\n"), ENOENT);
  std::filesystem::create_directory(at("none"));
  EXPECT_EQ(file.write("x\n"), 0);
}

}  // namespace
}  // namespace qnet::logging
