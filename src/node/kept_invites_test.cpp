#include "node/kept_invites.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::node {
namespace {

class KeptInvites : public ::testing::Test {
 protected:
  peer::Invite invite(const std::string& host) {
    const base::testing::TemporaryFolder keys;
    const auto identity = peer::load_or_create_identity(keys.path(), random_);
    return peer::Invite::make(*identity, {host, 443}, "www.example");
  }

  crypto::SystemRandom random_;
  base::testing::TemporaryFolder root_;
  std::filesystem::path folder_ = std::filesystem::path(root_.path()) / "state";
};

TEST_F(KeptInvites, are_there_again_the_newest_first) {
  const auto one = invite("one.example");
  const auto two = invite("two.example");
  ASSERT_TRUE(keep_invite(one, folder_));
  ASSERT_TRUE(keep_invite(two, folder_));
  EXPECT_THAT(load_invites(folder_), ::testing::ElementsAre(two, one));
}

TEST_F(KeptInvites, are_one_for_each_peer) {
  auto moved = invite("one.example");
  ASSERT_TRUE(keep_invite(moved, folder_));
  moved.address.host = "elsewhere.example";
  ASSERT_TRUE(keep_invite(moved, folder_));
  EXPECT_THAT(load_invites(folder_), ::testing::ElementsAre(moved));
}

TEST_F(KeptInvites, are_for_their_owner_alone) {
  ASSERT_TRUE(keep_invite(invite("one.example"), folder_));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(invites_file(folder_)).permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(KeptInvites, survive_lines_that_are_none) {
  const auto one = invite("one.example");
  ASSERT_TRUE(keep_invite(one, folder_));
  std::ofstream(invites_file(folder_), std::ios::app) << "# from Anna\nqnet://damaged\n\n";
  EXPECT_THAT(load_invites(folder_), ::testing::ElementsAre(one));
}

TEST_F(KeptInvites, are_none_where_there_is_no_file) {
  EXPECT_THAT(load_invites(folder_), ::testing::IsEmpty());
}

}  // namespace
}  // namespace qnet::node
