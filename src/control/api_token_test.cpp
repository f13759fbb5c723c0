#include "control/api_token.hpp"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "control/error.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::control {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ApiToken : public ::testing::Test {
 protected:
  void put(std::string_view text) const {
    fs::create_directories(folder_);
    std::ofstream(token_file(folder_), std::ios::binary) << text;
    fs::permissions(token_file(folder_), fs::perms::owner_read | fs::perms::owner_write);
  }

  crypto::SystemRandom random_;
  base::testing::TemporaryFolder root_;
  fs::path folder_ = fs::path(root_.path()) / "state";
};

TEST_F(ApiToken, is_made_once_for_its_owner_alone) {
  const auto made = load_or_create_token(folder_, random_);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->size(), 43U);
  EXPECT_EQ(load_or_create_token(folder_, random_), *made);
  EXPECT_EQ(load_token(folder_), *made);
  EXPECT_EQ(fs::status(token_file(folder_)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ApiToken, is_one_for_processes_that_make_it_at_once) {
  std::vector<std::string> tokens(8);
  {
    std::vector<std::jthread> threads;
    for (auto& token : tokens)
      threads.emplace_back([&] {
        crypto::SystemRandom random;
        token = load_or_create_token(folder_, random).value_or("");
      });
  }
  EXPECT_THAT(tokens, ::testing::Each(tokens.front()));
  EXPECT_EQ(tokens.front().size(), 43U);
}

TEST_F(ApiToken, that_is_missing_is_told_with_what_to_do) {
  const auto loaded = load_token(folder_);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(Errc::no_token));
  EXPECT_THAT(loaded.error().message(), HasSubstr("--state-dir"));
}

TEST_F(ApiToken, that_others_may_read_is_refused_and_kept) {
  ASSERT_TRUE(load_or_create_token(folder_, random_));
  fs::permissions(token_file(folder_), fs::perms::group_read, fs::perm_options::add);
  const auto loaded = load_or_create_token(folder_, random_);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(Errc::token_exposed));
}

TEST_F(ApiToken, that_is_damaged_is_refused) {
  for (const auto& text : {std::string(), std::string(42, 'A'), std::string(44, 'A'), std::string(43, '*'),
                           std::string(42, 'A') + "B"}) {
    put(text);
    const auto loaded = load_or_create_token(folder_, random_);
    ASSERT_FALSE(loaded) << text;
    EXPECT_TRUE(loaded.error().is(Errc::token_unreadable)) << text;
  }
}

}  // namespace
}  // namespace qnet::control
