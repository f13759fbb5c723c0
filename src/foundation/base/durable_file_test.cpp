#include "foundation/base/durable_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::base {
namespace {

namespace fs = std::filesystem;

class DurableFile : public ::testing::Test {
 protected:
  [[nodiscard]] static std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(temporary.path()), fs::directory_iterator());
  }

  testing::TemporaryFolder temporary;
  fs::path path = temporary.path() / "file";
};

TEST_F(DurableFile, is_this_users_alone_and_leaves_nothing_beside_it) {
  EXPECT_EQ(write_file_durably(path, bytes_of("text"), Existing::keep), 0);
  EXPECT_EQ(text_of(path), "text");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(files(), 1);
}

TEST_F(DurableFile, takes_the_place_of_another_in_one_step) {
  EXPECT_EQ(write_file_durably(path, bytes_of("old"), Existing::replace), 0);
  fs::create_hard_link(path, temporary.path() / "as a reader has it open");
  EXPECT_EQ(write_file_durably(path, bytes_of("new"), Existing::replace), 0);
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(text_of(temporary.path() / "as a reader has it open"), "old");
  EXPECT_EQ(files(), 2);
}

TEST_F(DurableFile, leaves_one_that_is_to_be_kept) {
  EXPECT_EQ(write_file_durably(path, bytes_of("old"), Existing::keep), 0);
  EXPECT_EQ(write_file_durably(path, bytes_of("new"), Existing::keep), EEXIST);
  EXPECT_EQ(text_of(path), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(DurableFile, says_why_it_cannot_be_written) {
  EXPECT_EQ(write_file_durably(temporary.path() / "none" / "file", bytes_of("text"), Existing::replace),
            ENOENT);
}

}  // namespace
}  // namespace qnet::base
