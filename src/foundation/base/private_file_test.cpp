#include "foundation/base/private_file.hpp"

#include <sys/stat.h>

#include <array>
#include <fstream>

#include <gtest/gtest.h>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::base {
namespace {

namespace fs = std::filesystem;
using Outcome = PrivateRead::Outcome;

class PrivateFile : public ::testing::Test {
 protected:
  void put(std::string_view text, fs::perms rights = fs::perms::owner_read | fs::perms::owner_write) const {
    std::ofstream(file_) << text;
    fs::permissions(file_, rights);
  }
  Outcome read() { return read_private_file(file_, content_).outcome; }

  testing::TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "secret";
  std::array<std::uint8_t, 4> content_{};
};

TEST_F(PrivateFile, is_read_when_it_has_just_the_size) {
  put("1234");
  EXPECT_EQ(read(), Outcome::done);
  EXPECT_EQ(text_of(content_), "1234");
}

TEST_F(PrivateFile, is_of_another_size_or_no_file) {
  for (const auto* const text : {"", "123", "12345"}) {
    put(text);
    EXPECT_EQ(read(), Outcome::other_size) << text;
  }
  fs::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), S_IRUSR | S_IWUSR), 0);
  EXPECT_EQ(read(), Outcome::other_size) << "a pipe, which nobody waits for";
}

TEST_F(PrivateFile, is_exposed_by_any_right_of_others) {
  for (const auto right : {fs::perms::group_write, fs::perms::others_read, fs::perms::others_exec}) {
    put("1234", fs::perms::owner_read | fs::perms::owner_write | right);
    EXPECT_EQ(read(), Outcome::exposed);
  }
}

TEST_F(PrivateFile, that_is_missing_is_told_from_one_that_cannot_be_read) {
  EXPECT_EQ(read(), Outcome::missing);
  fs::create_symlink(file_, file_);
  const auto looped = read_private_file(file_, content_);
  EXPECT_EQ(looped.outcome, Outcome::unreadable);
  EXPECT_EQ(looped.error, ELOOP);
}

}  // namespace
}  // namespace qnet::base
