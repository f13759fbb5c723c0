#include "network/path/guard_file.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"
#include "foundation/crypto/hash.hpp"
#include "network/path/testing/guard_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kDay{std::chrono::days(20'000)};

GuardSample two_guards() {
  GuardSample sample;
  sample.guards.push_back({testing::peer_of(1), kDay, kDay + 1440h, kDay + 1h, std::nullopt, {100, 90}});
  sample.guards.push_back({testing::peer_of(2), kDay, kDay + 2400h, std::nullopt, kDay + 5h, {}});
  sample.spent = {kDay + 100h};
  sample.grown = kDay + 4h;
  return sample;
}

void write(const std::filesystem::path& file, base::ByteView bytes) {
  std::ofstream(file, std::ios::binary).write(base::text_of(bytes).data(), std::ssize(bytes));
}

TEST(GuardFile, keeps_a_sample) {
  const base::testing::TemporaryFolder folder;
  ASSERT_TRUE(save_guards(two_guards(), folder.path() / "state"));
  EXPECT_EQ(load_guards(folder.path() / "state").value(), two_guards());
}

TEST(GuardFile, is_of_this_user_alone) {
  const base::testing::TemporaryFolder folder;
  ASSERT_TRUE(save_guards(two_guards(), folder.path() / "state"));
  using std::filesystem::perms;
  EXPECT_EQ(status(guard_file(folder.path() / "state")).permissions(),
            perms::owner_read | perms::owner_write);
  EXPECT_EQ(status(folder.path() / "state").permissions(), perms::owner_all);
}

TEST(GuardFile, that_is_not_there_is_a_first_start) {
  const base::testing::TemporaryFolder folder;
  EXPECT_EQ(load_guards(folder.path() / "state").value(), GuardSample{});
}

TEST(GuardFile, that_is_damaged_is_told_and_never_a_first_start) {
  const base::testing::TemporaryFolder folder;
  const auto file = guard_file(folder.path());
  auto bytes = two_guards().encode();
  bytes[40] ^= 1U;
  write(file, bytes);
  const auto damaged = load_guards(folder.path());
  ASSERT_FALSE(damaged);
  EXPECT_TRUE(damaged.error().is(Errc::guard_file_damaged));
  EXPECT_EQ(damaged.error().context(), file.string() + " (its checksum)");
  write(file, {});
  EXPECT_TRUE(load_guards(folder.path()).error().is(Errc::guard_file_damaged)) << "also an empty one";
  write(file, base::Bytes(GuardLimits::file + 1));
  EXPECT_TRUE(load_guards(folder.path()).error().is(Errc::guard_file_damaged)) << "also a long one";
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_TRUE(load_guards(folder.path()).error().is(Errc::guard_file_unusable));
}

TEST(GuardFile, of_a_newer_version_is_told) {
  const auto newer = cbor::encode(cbor::Array{std::uint64_t{2}, "all is different"});
  EXPECT_TRUE(GuardSample::parse(newer).error().is(Errc::guard_file_newer));
  const base::testing::TemporaryFolder folder;
  write(guard_file(folder.path()), newer);
  EXPECT_TRUE(load_guards(folder.path()).error().is(Errc::guard_file_newer));
}

TEST(GuardFile, that_cannot_be_written_is_told) {
  const base::testing::TemporaryFolder folder;
  write(folder.path() / "state", {});
  EXPECT_TRUE(save_guards(two_guards(), folder.path() / "state").error().is(Errc::guard_file_unusable));
}

TEST(GuardSample, with_any_byte_changed_is_refused) {
  const auto good = two_guards().encode();
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= 0x20U;
    EXPECT_FALSE(GuardSample::parse(bad)) << i;
    EXPECT_FALSE(GuardSample::parse(base::ByteView(good).first(i))) << i;
  }
}

TEST(GuardSample, has_twenty_places_at_most) {
  GuardSample sample;
  for (std::uint32_t i = 0; i < 15; ++i)
    sample.guards.push_back({testing::peer_of(i), kDay, kDay + 1440h, {}, {}, {}});
  sample.spent.assign(5, kDay);
  EXPECT_EQ(GuardSample::parse(sample.encode()).value(), sample);
  EXPECT_LT(sample.encode().size(), GuardLimits::file / 4);
  sample.spent.push_back(kDay);
  EXPECT_TRUE(GuardSample::parse(sample.encode()).error().is(Errc::guard_file_damaged));
}

TEST(GuardSample, holds_each_guard_once_and_no_impossible_life) {
  auto twice = two_guards();
  twice.guards[1].peer = twice.guards[0].peer;
  EXPECT_FALSE(GuardSample::parse(twice.encode()));
  auto endless = two_guards();
  endless.guards[0].until = kDay + 131 * 24h;
  EXPECT_FALSE(GuardSample::parse(endless.encode()));
  auto ended = two_guards();
  ended.guards[0].until = kDay;
  EXPECT_FALSE(GuardSample::parse(ended.encode()));
  auto too_good = two_guards();
  too_good.guards[0].builds = {10, 11};
  EXPECT_FALSE(GuardSample::parse(too_good.encode()));
}

TEST(PathBias, says_nothing_of_few_circuits) {
  BuildCount count;
  for (std::uint32_t i = 0; i + 1 < BiasLimits::fewest; ++i) count.note(false);
  EXPECT_EQ(count.bias(), Bias::none);
  count.note(false);
  EXPECT_EQ(count.bias(), Bias::alarm);
}

TEST(PathBias, rises_with_the_part_that_fails) {
  const auto of = [](std::uint32_t built) { return BuildCount{100, built}.bias(); };
  EXPECT_EQ(of(100), Bias::none);
  EXPECT_EQ(of(70), Bias::none);
  EXPECT_EQ(of(69), Bias::notice);
  EXPECT_EQ(of(49), Bias::warning);
  EXPECT_EQ(of(29), Bias::alarm);
}

TEST(PathBias, forgets_what_is_long_ago) {
  BuildCount count;
  for (int i = 0; i < 1000; ++i) count.note(true);
  EXPECT_LT(count.begun, BiasLimits::halved_at);
  for (int i = 0; i < 800; ++i) count.note(false);
  EXPECT_EQ(count.bias(), Bias::alarm);
}

TEST(PathBias, raises_an_alarm_about_a_guard_and_removes_none) {
  testing::GuardWorld world(testing::plain_network(100), 1);
  const auto first = world.guards.sample().guards[0].peer;
  auto bias = Bias::none;
  for (int i = 0; i < 60; ++i) bias = world.guards.circuit_ended(first, i % 5 == 0);
  EXPECT_EQ(bias, Bias::alarm);
  EXPECT_EQ(world.guards.sample().guards[0].builds, (BuildCount{60, 12})) << "and it is kept";
  EXPECT_EQ(world.guards.sample().guards[0].peer, first) << "the person decides, not the count";
}

}  // namespace
}  // namespace qnet::path
