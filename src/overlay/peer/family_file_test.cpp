#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "overlay/peer/family.hpp"

namespace qnet::peer {
namespace {

namespace fs = std::filesystem;

constexpr auto kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

class FamilyFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string content() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(std::string_view text) const {
    std::ofstream(file_, std::ios::binary) << text;
    fs::permissions(file_, kOwnerOnly);
  }
  void expect_refused(Errc code) const {
    const auto loaded = load_family(file_);
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().is(code)) << loaded.error().message();
    EXPECT_NE(loaded.error().message().find(file_.string()), std::string::npos);
  }

  base::testing::TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "family";
  base::testing::SeededRandom random_{7};
};

TEST_F(FamilyFile, gives_back_the_key_that_was_made) {
  const auto made = create_family(file_, random_);
  ASSERT_TRUE(made) << made.error().message();
  const auto loaded = load_family(file_);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->public_key, made->public_key);
}

TEST_F(FamilyFile, has_the_documented_form_and_is_its_owners_alone) {
  const auto before = ::umask(0);
  const auto made = create_family(file_, random_);
  ::umask(before);
  ASSERT_TRUE(made);
  const auto seed = made->seed.view();
  EXPECT_EQ(content(), "qnet-family-1\n" + std::string(seed.begin(), seed.end()));
  EXPECT_EQ(fs::status(file_).permissions(), kOwnerOnly);
}

TEST_F(FamilyFile, is_never_overwritten) {
  ASSERT_TRUE(create_family(file_, random_));
  const auto first = content();
  const auto again = create_family(file_, random_);
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(Errc::family_there));
  EXPECT_EQ(content(), first);
}

TEST_F(FamilyFile, is_refused_when_others_have_any_right_on_it) {
  ASSERT_TRUE(create_family(file_, random_));
  for (const auto right : {fs::perms::group_read, fs::perms::others_read, fs::perms::others_write}) {
    fs::permissions(file_, kOwnerOnly | right);
    expect_refused(Errc::family_exposed);
  }
}

TEST_F(FamilyFile, is_refused_when_damaged_or_missing) {
  expect_refused(Errc::family_missing);
  ASSERT_TRUE(create_family(file_, random_));
  const auto good = content();
  for (const auto& bad : {std::string(), good.substr(1), good + "x", "Q" + good.substr(1)}) {
    put(bad);
    expect_refused(Errc::family_damaged);
  }
}

TEST_F(FamilyFile, tells_why_it_cannot_be_written) {
  const auto made = create_family(folder_.path() / "missing" / "family", random_);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().is(Errc::family_unwritable));
}

}  // namespace
}  // namespace qnet::peer
