// State folders that are in order, and those that are not.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "control/api_token.hpp"
#include "doctor/checks.hpp"
#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/circuit/circuit_key_file.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;

class Keys : public ::testing::Test {
 protected:
  Keys() {
    auto name = (fs::temp_directory_path() / "qnet-doctor-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    folder_ = name;
    facts_.settings.state_dir = folder_;
  }
  ~Keys() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void write(const char* file, std::string_view text, mode_t mode = 0600) const {
    std::ofstream(folder_ / file, std::ios::binary) << text;
    ::chmod((folder_ / file).c_str(), mode);
  }
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> all;
    for (const auto& one : check_keys(facts_)) all.push_back(one.code);
    return all;
  }
  fs::path folder_;
  Facts facts_{Settings(), [](const std::string&) { return std::nullopt; }};
};

TEST_F(Keys, that_qnet_has_made_are_in_order) {
  base::testing::SeededRandom random(1);
  const auto identity = peer::load_or_create_identity(folder_, random);
  ASSERT_TRUE(identity);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  ASSERT_TRUE(circuit::KeptCircuitKeys::open(folder_, identity->peer_id(), now, random));
  const auto token = control::ApiToken::make(folder_, 8088, random);
  ASSERT_TRUE(token);
  EXPECT_THAT(codes(), ElementsAre("folder_good"));
}

TEST_F(Keys, that_others_may_read_are_a_problem_and_other_files_are_not) {
  write("identity.key", "qnet-identity-1\n" + std::string(64, 'x'), 0640);
  write("template", "chromium", 0644);
  EXPECT_THAT(codes(), ElementsAre("file_exposed"));
  EXPECT_THAT(check_keys(facts_).front().todo(), ::testing::HasSubstr("chmod 600"));
}

TEST_F(Keys, that_are_damaged_are_named) {
  for (const auto* const file : {"identity.key", "circuit-keys", "guards", "api-token-8088"}) {
    write(file, "damaged");
    const auto found = check_keys(facts_);
    ASSERT_EQ(found.size(), 1U) << file;
    EXPECT_EQ(found.front().code, "file_damaged");
    EXPECT_THAT(found.front().text(), ::testing::HasSubstr(file));
    fs::remove(folder_ / file);
  }
  write("invites", "a line of somebody's\nqnet://damaged\n");
  fs::create_directory(folder_ / "network");
  write("network/12D3.snapshot", "damaged");
  EXPECT_THAT(codes(), ElementsAre("file_damaged", "file_damaged"));
}

TEST_F(Keys, in_a_folder_that_others_may_write_to_are_a_problem) {
  ::chmod(folder_.c_str(), 0777);
  EXPECT_THAT(codes(), Contains("folder_writable"));
}

TEST_F(Keys, of_a_folder_that_is_none) {
  facts_.settings.state_dir = folder_ / "none";
  EXPECT_THAT(codes(), ElementsAre("folder_not_there"));
  write("none", "");
  EXPECT_THAT(codes(), ElementsAre("no_directory"));
  facts_.settings.state_dir.clear();
  EXPECT_THAT(codes(), ElementsAre("no_folder"));
}

}  // namespace
}  // namespace qnet::cli
