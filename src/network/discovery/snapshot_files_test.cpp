#include "network/discovery/snapshot_files.hpp"

#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::discovery {
namespace {

namespace fs = std::filesystem;

class SnapshotFilesTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / ("qnet-snapshots-" + std::to_string(::getpid()));
  SnapshotFiles files_{folder_};
  peer::PeerId one_ = directory::testing::identity(1).peer_id();
  peer::PeerId other_ = directory::testing::identity(2).peer_id();
};

TEST_F(SnapshotFilesTest, gives_back_what_was_saved_of_each_operator) {
  ASSERT_TRUE(files_.save(one_, {{1, 2}, {3}}));
  ASSERT_TRUE(files_.save(other_, {{4}, {}}));
  ASSERT_TRUE(files_.save(one_, {{5}, {6}}));
  EXPECT_EQ(files_.load(one_)->header, base::Bytes{5});
  EXPECT_EQ(files_.load(one_)->list, base::Bytes{6});
  EXPECT_EQ(files_.load(other_)->header, base::Bytes{4});
}

TEST_F(SnapshotFilesTest, is_for_its_owner_only) {
  ASSERT_TRUE(files_.save(one_, {{1}, {2}}));
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
}

TEST_F(SnapshotFilesTest, a_damaged_file_is_none) {
  EXPECT_FALSE(files_.load(one_));
  ASSERT_TRUE(files_.save(one_, {{1}, {2}}));
  std::ofstream(folder_ / (one_.to_text() + ".snapshot"), std::ios::app) << "more";
  EXPECT_FALSE(files_.load(one_));
}

TEST_F(SnapshotFilesTest, keeps_nothing_without_a_folder) {
  const SnapshotFiles nowhere{fs::path()};
  EXPECT_TRUE(nowhere.save(one_, {{1}, {2}}));
  EXPECT_FALSE(nowhere.load(one_));
}

}  // namespace
}  // namespace qnet::discovery
