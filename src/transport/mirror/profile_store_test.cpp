#include "transport/mirror/profile_store.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "foundation/base/testing/temporary_folder.hpp"
#include "transport/mirror/error.hpp"

namespace qnet::mirror {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Store : public ::testing::Test {
 protected:
  [[nodiscard]] htx::MirrorProfile profile(const std::string& name) const {
    auto made = htx::builtin_profiles().front();
    made.name = name;
    made.origin = origin.to_text();
    made.hello = "a shape";
    made.measured_at = 1'800'000'000;
    made.stall_after = std::chrono::milliseconds(60'123);
    return made;
  }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories(folder / "mirror");
    std::ofstream(folder / "mirror" / file, std::ios::trunc) << text;
  }

  base::testing::TemporaryFolder temporary;
  fs::path folder = temporary.path() / "state";
  CoverOrigin origin{"192.0.2.1", 443, "www.example.com"};
  ProfileStore store{folder};
};

TEST_F(Store, has_nothing_before_the_first_measurement) { EXPECT_THAT(store.load(origin), IsEmpty()); }

TEST_F(Store, gives_back_what_was_saved) {
  const std::vector<htx::MirrorProfile> saved{profile("a"), profile("b")};
  ASSERT_TRUE(store.save(saved));
  EXPECT_EQ(ProfileStore(folder).load(origin), saved);
}

TEST_F(Store, replaces_the_profile_of_the_same_template) {
  auto changed = profile("a");
  ASSERT_TRUE(store.save(std::vector{changed}));
  changed.measured_at += 3600;
  ASSERT_TRUE(store.save(std::vector{changed}));
  EXPECT_THAT(store.load(origin), ElementsAre(changed));
}

TEST_F(Store, leaves_out_another_origins_profiles) {
  ASSERT_TRUE(store.save(std::vector{profile("a")}));
  auto other = origin;
  other.port = 8443;
  EXPECT_THAT(store.load(other), IsEmpty());
}

TEST_F(Store, leaves_out_what_an_older_version_measured) {
  auto text = htx::to_toml(profile("old"));
  text.replace(text.find("version = 5"), 11, "version = 4");
  write("old.toml", text);
  EXPECT_THAT(store.load(origin), IsEmpty());
}

TEST_F(Store, leaves_out_damaged_files) {
  const auto good = profile("good");
  ASSERT_TRUE(store.save(std::vector{good}));
  const auto text = htx::to_toml(profile("bad"));
  write("cut.toml", text.substr(0, text.size() / 2));
  write("garbage.toml", "\x01\x02\x03");
  write("empty.toml", "");
  write("huge.toml", text + std::string(64 * 1024, '\n'));
  write("unfinished.new", text);
  EXPECT_THAT(store.load(origin), ElementsAre(good));
}

TEST_F(Store, says_which_file_could_not_be_written) {
  fs::create_directories(folder);
  std::ofstream(folder / "mirror") << "a file where the folder would be";
  const auto saved = store.save(std::vector{profile("a")});
  ASSERT_FALSE(saved);
  EXPECT_TRUE(saved.error().is(Errc::cannot_save));
  EXPECT_THAT(saved.error().message(), ::testing::HasSubstr("a.new"));
}

TEST_F(Store, says_which_file_could_not_be_replaced) {
  fs::create_directories(folder / "mirror" / "a.toml" / "not empty");
  const auto saved = store.save(std::vector{profile("a")});
  ASSERT_FALSE(saved);
  EXPECT_TRUE(saved.error().is(Errc::cannot_save));
  EXPECT_THAT(saved.error().message(), ::testing::HasSubstr("a.toml"));
}

}  // namespace
}  // namespace qnet::mirror
