#include "node/proxy_password.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::node {
namespace {

namespace fs = std::filesystem;

class ProxyPassword : public ::testing::Test {
 protected:
  base::testing::TemporaryFolder folder;
  fs::path state = folder.path() / "state";
  crypto::SystemRandom random;
};

TEST_F(ProxyPassword, is_made_once_and_kept_for_its_owner_alone) {
  const auto made = kept_proxy_password(state, random);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->user, "qnet");
  EXPECT_EQ(made->password.size(), 22U);  // 128 bits in base64url
  struct stat found{};
  ASSERT_EQ(::stat(proxy_password_file(state).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  const auto kept = kept_proxy_password(state, random);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->password, made->password);
}

TEST_F(ProxyPassword, is_another_one_in_another_folder) {
  EXPECT_NE(kept_proxy_password(state, random)->password,
            kept_proxy_password(folder.path() / "other", random)->password);
}

TEST_F(ProxyPassword, is_not_used_once_others_could_read_it) {
  ASSERT_TRUE(kept_proxy_password(state, random));
  fs::permissions(proxy_password_file(state), fs::perms::others_read, fs::perm_options::add);
  const auto refused = kept_proxy_password(state, random);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("remove the file"), std::string::npos);
}

TEST_F(ProxyPassword, is_not_replaced_where_the_file_holds_something_else) {
  ASSERT_TRUE(kept_proxy_password(state, random));
  std::ofstream(proxy_password_file(state)) << "not a password";
  EXPECT_FALSE(kept_proxy_password(state, random));
}

}  // namespace
}  // namespace qnet::node
