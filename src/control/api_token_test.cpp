#include "control/api_token.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "control/error.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::control {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::uint16_t kPort = 8088;

class ApiTokenTest : public ::testing::Test {
 protected:
  void put(std::string_view text) const {
    fs::create_directories(folder_);
    std::ofstream(token_file(folder_, kPort), std::ios::binary) << text;
    fs::permissions(token_file(folder_, kPort), fs::perms::owner_read | fs::perms::owner_write);
  }

  crypto::SystemRandom random_;
  base::testing::TemporaryFolder root_;
  fs::path folder_ = fs::path(root_.path()) / "state";
};

TEST_F(ApiTokenTest, is_there_for_its_owner_alone_while_qnet_runs) {
  {
    const auto made = ApiToken::make(folder_, kPort, random_);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->text().size(), 43U);
    EXPECT_EQ(load_token(folder_, kPort), made->text());
    EXPECT_EQ(fs::status(made->file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  EXPECT_FALSE(fs::exists(token_file(folder_, kPort)));
}

TEST_F(ApiTokenTest, is_another_at_each_start) {
  const auto first = ApiToken::make(folder_, kPort, random_);
  const auto second = ApiToken::make(folder_, kPort, random_);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->text(), second->text());
  EXPECT_EQ(load_token(folder_, kPort), second->text());
}

TEST_F(ApiTokenTest, of_a_later_start_is_not_removed_by_an_earlier_one) {
  auto first = ApiToken::make(folder_, kPort, random_);
  const auto second = ApiToken::make(folder_, kPort, random_);
  {
    const auto gone = std::move(*first);
  }
  EXPECT_EQ(load_token(folder_, kPort), second->text());
}

TEST_F(ApiTokenTest, is_one_for_each_port) {
  const auto one = ApiToken::make(folder_, kPort, random_);
  const auto other = ApiToken::make(folder_, kPort + 1, random_);
  EXPECT_EQ(load_token(folder_, kPort), one->text());
  EXPECT_EQ(load_token(folder_, kPort + 1), other->text());
}

TEST_F(ApiTokenTest, that_is_missing_is_told_with_what_to_do) {
  const auto loaded = load_token(folder_, kPort);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(Errc::no_token));
  EXPECT_THAT(loaded.error().message(), HasSubstr("--state-dir"));
}

TEST_F(ApiTokenTest, that_others_may_read_is_not_shown_and_replaced_at_the_next_start) {
  const auto made = ApiToken::make(folder_, kPort, random_);
  fs::permissions(made->file(), fs::perms::group_read, fs::perm_options::add);
  const auto loaded = load_token(folder_, kPort);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(Errc::token_exposed));
  const auto next = ApiToken::make(folder_, kPort, random_);
  EXPECT_EQ(load_token(folder_, kPort), next->text());
}

TEST_F(ApiTokenTest, that_is_damaged_is_refused) {
  for (const auto& text : {std::string(), std::string(42, 'A'), std::string(44, 'A'), std::string(43, '*'),
                           std::string(42, 'A') + "B"}) {
    put(text);
    const auto loaded = load_token(folder_, kPort);
    ASSERT_FALSE(loaded) << text;
    EXPECT_TRUE(loaded.error().is(Errc::token_unreadable)) << text;
  }
}

TEST_F(ApiTokenTest, that_cannot_be_written_is_told) {
  std::ofstream(folder_) << "a file";
  const auto made = ApiToken::make(folder_, kPort, random_);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().is(Errc::token_unwritable));
}

}  // namespace
}  // namespace qnet::control
