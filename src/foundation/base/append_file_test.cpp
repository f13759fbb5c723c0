#include "foundation/base/append_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::base {
namespace {

class AppendFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string content() const {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  [[nodiscard]] mode_t mode() const {
    struct stat info{};
    EXPECT_EQ(::stat(file_.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "log";
};

TEST_F(AppendFileTest, a_new_file_is_its_owners_alone_and_grows) {
  AppendFile file;
  ASSERT_EQ(file.open(file_), 0);
  EXPECT_EQ(mode(), 0600U);
  EXPECT_EQ(file.append("one\n"), 0);
  EXPECT_EQ(file.append("two\n"), 0);
  EXPECT_EQ(content(), "one\ntwo\n");
  EXPECT_EQ(file.size(), 8U);
}

TEST_F(AppendFileTest, an_old_file_keeps_what_it_has_and_is_closed_to_others) {
  std::ofstream(file_) << "old\n";
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  AppendFile file;
  ASSERT_EQ(file.open(file_), 0);
  EXPECT_EQ(mode(), 0600U);
  EXPECT_EQ(file.size(), 4U);
  EXPECT_EQ(file.append("new\n"), 0);
  EXPECT_EQ(content(), "old\nnew\n");
}

TEST_F(AppendFileTest, what_is_no_file_is_refused_and_does_not_make_it_wait) {
  AppendFile file;
  EXPECT_EQ(file.open(folder_.path()), EISDIR);
  EXPECT_EQ(file.open(folder_.path() / "none" / "log"), ENOENT);
  EXPECT_EQ(file.open("/dev/null"), EINVAL);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(file.open(file_), ENXIO);  // nobody reads from it
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(file.append("x"), EBADF);
}

}  // namespace
}  // namespace qnet::base
