#include "foundation/base/folder_lock.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::base {
namespace {

class Lock : public ::testing::Test {
 protected:
  testing::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path() / "state";
};

TEST_F(Lock, makes_the_folder_for_this_user_alone) {
  FolderLock lock;
  EXPECT_EQ(lock.take(folder), 0);
  EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(Lock, is_held_by_one_at_a_time) {
  FolderLock first;
  ASSERT_EQ(first.take(folder), 0);
  EXPECT_EQ(FolderLock().take(folder), EWOULDBLOCK);
  FolderLock other;
  EXPECT_EQ(other.take(temporary.path() / "other"), 0);
}

TEST_F(Lock, ends_with_its_holder) {
  {
    ASSERT_EQ(FolderLock().take(folder), 0);
  }
  EXPECT_EQ(FolderLock().take(folder), 0);
}

TEST_F(Lock, fails_below_a_file) {
  std::ofstream(folder) << "no folder";
  EXPECT_EQ(FolderLock().take(folder / "state"), ENOTDIR);
}

}  // namespace
}  // namespace qnet::base
