#include "transport/htx/mirror_profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/hello_shape.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/htx/mirror_profiles.hpp"

namespace qnet::htx {
namespace {

base::Bytes hello_of(const client_hello::Template& browser, std::string_view name, std::uint64_t seed) {
  base::testing::SeededRandom random(seed);
  const auto pair = crypto::X25519KeyPair::generate(random);
  const auto kem = crypto::MlKemKeyPair::generate(random);
  return client_hello::build_client_hello(browser, {name, pair.public_key, pair.public_key, &kem.public_key},
                                          random)
      .record;
}

TEST(MirrorProfile, reads_what_it_wrote) {
  auto profile = builtin_profiles().front();
  profile.origin = "192.0.2.7:443 www.example.com";
  profile.hello = "00112233445566778899aabbccddeeff";
  profile.measured_at = 1'800'000'000;
  profile.answer_after = {std::chrono::microseconds(1234), std::chrono::microseconds(0)};
  profile.before_finished = {147, 252};
  profile.before_finished_starts_write = true;
  profile.tolerance = {16, 0, 255, false, false, 512, {19}};
  profile.after_first = {26};
  profile.idle_after = std::chrono::seconds(65);
  profile.idle_end = {34, 19};
  profile.plain_alert = {19};
  profile.stall_after = std::chrono::milliseconds(59'999);
  profile.stall_end = {19};
  const auto again = parse_profile(to_toml(profile));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(*again, profile);
}

TEST(MirrorProfile, refuses_another_version) {
  auto text = to_toml(builtin_profiles().front());
  text.replace(text.find("version = 5"), 11, "version = 4");
  EXPECT_FALSE(parse_profile(text));
}

TEST(MirrorProfile, draws_answers_between_the_origins_and_as_often_as_they_came) {
  base::testing::SeededRandom random{5};
  MirrorProfile profile;
  for (const int time : {9000, 1000, 1200, 1100, 1300}) profile.answer_after.emplace_back(time);
  std::set<std::chrono::microseconds> different;
  std::size_t slow = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto drawn = draw_answer_after(profile, random);
    EXPECT_GE(drawn, std::chrono::microseconds(1000));
    EXPECT_LE(drawn, std::chrono::microseconds(9000));
    if (drawn > std::chrono::microseconds(1300)) ++slow;
    different.insert(drawn);
  }
  EXPECT_GT(different.size(), 500U);
  EXPECT_GT(slow, 800U) << "a quarter of the neighbours";
  EXPECT_LT(slow, 1200U);
}

TEST(MirrorProfile, draws_what_it_has_when_that_is_little) {
  base::testing::SeededRandom random{5};
  MirrorProfile profile;
  EXPECT_EQ(draw_answer_after(profile, random), std::chrono::microseconds(0));
  profile.answer_after.emplace_back(700);
  EXPECT_EQ(draw_answer_after(profile, random), std::chrono::microseconds(700));
}

TEST(MirrorProfiles, finds_the_one_of_the_hellos_browser_else_one_that_it_permits) {
  const auto record = hello_of(client_hello::builtin_templates().front(), "www.example.com", 1);
  const auto hello = client_hello::parse_client_hello(record).hello;
  auto general = builtin_profiles().front();
  auto own = general;
  own.name = "own";
  own.hello = client_hello::hello_shape(hello);
  auto impossible = own;
  impossible.name = "impossible";
  impossible.cipher_suite = 0x1304;
  EXPECT_EQ(MirrorProfiles({general, impossible, own}).find(hello)->name, "own");
  EXPECT_EQ(MirrorProfiles({impossible, general}).find(hello)->name, general.name);
  EXPECT_EQ(MirrorProfiles({impossible}).find(hello), nullptr);
  EXPECT_EQ(MirrorProfiles().find(hello), nullptr);
}

}  // namespace
}  // namespace qnet::htx
