#include "overlay/peer/identity.hpp"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/system_random.hpp"

namespace qnet::peer {
namespace {

namespace fs = std::filesystem;

class IdentityFile : public testing::Test {
 protected:
  IdentityFile() {
    auto name = (fs::temp_directory_path() / "qnet-identity-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = name;
    folder_ = root_ / "state";
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] fs::path file() const { return identity_file(folder_); }
  [[nodiscard]] std::string content() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(std::string_view text) const {
    fs::create_directories(folder_);
    std::ofstream(file(), std::ios::binary) << text;
    fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write);
  }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  base::testing::SeededRandom random_{7};
  fs::path root_;
  fs::path folder_;
};

fs::perms rights(const fs::path& path) { return fs::status(path).permissions(); }

TEST(Identity, vouches_for_its_own_noise_key_only) {
  base::testing::SeededRandom random(1);
  const auto identity = Identity::generate(random);
  const auto other = Identity::generate(random);
  const auto voucher = identity.vouch();
  EXPECT_TRUE(vouches(identity.peer_id(), identity.noise.public_key, voucher));
  EXPECT_FALSE(vouches(identity.peer_id(), other.noise.public_key, voucher));
  EXPECT_FALSE(vouches(other.peer_id(), identity.noise.public_key, voucher));
  EXPECT_FALSE(vouches(identity.peer_id(), identity.noise.public_key, other.vouch()));
}

TEST(Identity, signs_in_a_domain_of_its_own) {
  base::testing::SeededRandom random(1);
  const auto identity = Identity::generate(random);
  base::Bytes text;
  base::append(text, base::bytes_of("qnet-noise-key:"));
  base::append(text, identity.noise.public_key);
  EXPECT_TRUE(crypto::ed25519_verify(identity.signing.public_key, text, identity.vouch()));
  const auto bare = identity.signing.sign(identity.noise.public_key);
  EXPECT_FALSE(vouches(identity.peer_id(), identity.noise.public_key, bare));
}

TEST_F(IdentityFile, is_made_when_absent_and_stays_the_same) {
  const auto made = load_or_create_identity(folder_, random_);
  ASSERT_TRUE(made);
  const auto loaded = load_or_create_identity(folder_, random_);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->peer_id(), made->peer_id());
  EXPECT_EQ(loaded->noise.public_key, made->noise.public_key);
  EXPECT_TRUE(vouches(loaded->peer_id(), loaded->noise.public_key, loaded->vouch()));
}

TEST_F(IdentityFile, has_the_documented_form) {
  const auto made = load_or_create_identity(folder_, random_);
  ASSERT_TRUE(made);
  const auto seed = made->signing.seed.view();
  const auto secret = made->noise.secret.view();
  EXPECT_EQ(content(), "qnet-identity-1\n" + std::string(seed.begin(), seed.end()) +
                           std::string(secret.begin(), secret.end()));
}

TEST_F(IdentityFile, is_its_owners_alone_whatever_the_umask) {
  const auto before = ::umask(0);
  const auto made = load_or_create_identity(folder_, random_);
  ::umask(before);
  ASSERT_TRUE(made);
  EXPECT_EQ(rights(file()), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(rights(folder_), fs::perms::owner_all);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(IdentityFile, leaves_the_rights_of_an_existing_folder_alone) {
  fs::create_directories(folder_);
  const auto shared =
      fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_exec;
  fs::permissions(folder_, shared);
  ASSERT_TRUE(load_or_create_identity(folder_, random_));
  EXPECT_EQ(rights(folder_), shared);
}

TEST_F(IdentityFile, is_refused_when_others_have_any_right_on_it) {
  ASSERT_TRUE(load_or_create_identity(folder_, random_));
  for (const auto right :
       {fs::perms::group_read, fs::perms::group_write, fs::perms::others_read, fs::perms::others_write}) {
    fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write | right);
    const auto loaded = load_or_create_identity(folder_, random_);
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().is(Errc::identity_exposed));
    EXPECT_EQ(loaded.error().message(),
              "other users may read or change the identity file: run chmod 600 on it: " + file().string());
  }
}

TEST_F(IdentityFile, is_refused_when_damaged_and_left_as_it_is) {
  ASSERT_TRUE(load_or_create_identity(folder_, random_));
  const auto good = content();
  for (const auto& bad : {std::string(), good.substr(0, good.size() - 1), good + "x", "Q" + good.substr(1)}) {
    put(bad);
    const auto loaded = load_or_create_identity(folder_, random_);
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().is(Errc::identity_damaged));
    EXPECT_EQ(content(), bad);
  }
}

TEST_F(IdentityFile, is_missing_before_it_is_made) {
  const auto loaded = load_identity(folder_);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(Errc::identity_missing));
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(IdentityFile, is_replaced_whole_by_saving_another) {
  ASSERT_TRUE(load_or_create_identity(folder_, random_));
  const auto other = Identity::generate(random_);
  ASSERT_TRUE(save_identity(other, folder_));
  const auto loaded = load_identity(folder_);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->peer_id(), other.peer_id());
  EXPECT_EQ(entries(), 1U);
}

TEST_F(IdentityFile, tells_why_it_cannot_be_written) {
  std::ofstream(folder_) << "a file where the folder should be";
  const auto saved = save_identity(Identity::generate(random_), folder_);
  ASSERT_FALSE(saved);
  EXPECT_TRUE(saved.error().is(Errc::identity_unwritable));
  EXPECT_NE(saved.error().context().find(folder_.string()), std::string::npos);
}

TEST_F(IdentityFile, is_never_waited_for_when_a_pipe_has_its_name) {
  fs::create_directories(folder_);
  ASSERT_EQ(::mkfifo(file().c_str(), S_IRUSR | S_IWUSR), 0);
  const auto loaded = load_identity(folder_);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(Errc::identity_damaged));
}

TEST_F(IdentityFile, is_not_made_behind_a_dangling_link) {
  fs::create_directories(folder_);
  fs::create_symlink(root_ / "nowhere", file());
  EXPECT_FALSE(load_or_create_identity(folder_, random_));
  EXPECT_TRUE(fs::is_symlink(fs::symlink_status(file())));
  EXPECT_FALSE(fs::exists(root_ / "nowhere"));
}

TEST_F(IdentityFile, is_the_same_for_all_who_start_at_once) {
  constexpr std::size_t kStarters = 8;
  std::vector<std::string> names(kStarters);
  {
    std::vector<std::jthread> starters;
    starters.reserve(kStarters);
    for (auto& name : names)
      starters.emplace_back([this, &name] {
        crypto::SystemRandom random;
        if (const auto identity = load_or_create_identity(folder_, random))
          name = identity->peer_id().to_text();
      });
  }
  for (const auto& name : names) EXPECT_EQ(name, names.front());
  EXPECT_FALSE(names.front().empty());
  EXPECT_EQ(entries(), 1U);
}

}  // namespace
}  // namespace qnet::peer
