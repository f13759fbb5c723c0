#include "transport/mirror/keeper.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/mirror/error.hpp"
#include "transport/mirror/origin_study.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::mirror {
namespace {

namespace fs = std::filesystem;
using net::testing::comes_true;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Manners;
using ::testing::Not;
using testing::Origin;
using ::testing::SizeIs;

class Keeping : public ::testing::Test {
 protected:
  ~Keeping() override { keeper->stop(); }

  static KeeperTimes short_times() {
    KeeperTimes times;
    times.interval = std::chrono::hours(1);
    times.first_retry = milliseconds(5);
    times.visit = testing::short_times();
    return times;
  }

  void make(const KeeperTimes& times = short_times()) {
    keeper = std::make_shared<Keeper>(io.get_executor(), origin.address(), folder, gate, random, times);
  }
  void start() {
    keeper->start([this](const base::Error& error) { unsuitable.push_back(error); });
  }

  /// One of an hour ago, in the state folder.
  htx::MirrorProfile save_older(const std::string& name = "older") {
    auto profile = htx::builtin_profiles().front();
    profile.name = name;
    profile.hello = "a shape";
    profile.origin = origin.address().to_text();
    profile.measured_at = 1'800'000'000;
    profile.idle_after = std::chrono::seconds(75);
    profile.idle_end = {30, 19};
    EXPECT_TRUE(ProfileStore(folder).save(std::vector{profile}));
    return profile;
  }

  [[nodiscard]] std::vector<htx::MirrorProfile> in_use() const {
    std::vector<htx::MirrorProfile> all;
    for (const auto& profile : gate.profiles()->all()) all.push_back(*profile);
    return all;
  }

  base::testing::TemporaryFolder temporary;
  fs::path folder = temporary.path() / "state";
  boost::asio::io_context io{1};
  Origin origin{io};
  base::testing::SeededRandom random{4};
  htx::ReplayCache seen{random, 16};
  htx::Gate gate{{crypto::X25519KeyPair::generate(random), {}, {}}, seen};
  std::vector<base::Error> unsuitable;
  std::shared_ptr<Keeper> keeper =
      std::make_shared<Keeper>(io.get_executor(), origin.address(), folder, gate, random, short_times());
};

TEST_F(Keeping, has_looked_once_peers_can_be_answered) {
  int looked = 0;
  std::size_t profiles = 0;
  keeper->start([](const base::Error&) {},
                [&] {
                  ++looked;
                  profiles = in_use().size();
                });
  EXPECT_EQ(looked, 0);
  EXPECT_TRUE(comes_true(io, [&] { return looked > 0; }));
  EXPECT_GT(profiles, 0U);
}

TEST_F(Keeping, has_looked_at_once_with_what_is_on_disk) {
  (void)save_older();
  int looked = 0;
  keeper->start([](const base::Error&) {}, [&] { ++looked; });
  EXPECT_EQ(looked, 1);
  const auto older = origin.connections;
  EXPECT_TRUE(comes_true(io, [&] { return origin.connections > older && in_use().front().name != "older"; }));
  EXPECT_EQ(looked, 1);
}

TEST_F(Keeping, has_looked_when_the_first_measurement_has_failed) {
  origin.stop();
  int looked = 0;
  keeper->start([](const base::Error&) {}, [&] { ++looked; });
  EXPECT_TRUE(comes_true(io, [&] { return looked > 0 && keeper->facts().problem; }));
  EXPECT_FALSE(keeper->facts().ready);
}

TEST_F(Keeping, takes_what_is_on_disk_at_once) {
  const auto older = save_older();
  start();
  EXPECT_THAT(in_use(), ElementsAre(older)) << "before anything was measured";
  EXPECT_TRUE(keeper->facts().ready);
  EXPECT_EQ(keeper->facts().measured->time_since_epoch(), std::chrono::seconds(older.measured_at));
}

TEST_F(Keeping, measures_at_start_and_saves_what_it_learned) {
  start();
  EXPECT_FALSE(keeper->facts().ready);
  EXPECT_FALSE(keeper->facts().measured);
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().ready; }));
  EXPECT_FALSE(keeper->facts().problem);
  ASSERT_THAT(in_use(), Not(IsEmpty()));
  for (const auto& profile : in_use()) EXPECT_EQ(profile.origin, origin.address().to_text());
  EXPECT_THAT(ProfileStore(folder).load(origin.address()), SizeIs(in_use().size()));
  EXPECT_THAT(unsuitable, IsEmpty());
}

TEST_F(Keeping, gives_up_an_origin_whose_broken_handshakes_end_as_no_relays_do) {
  origin.manners.resets_broken = true;
  start();
  ASSERT_TRUE(comes_true(io, [&] { return !unsuitable.empty(); }));
  EXPECT_TRUE(unsuitable.front().is(Errc::origin_unsuitable)) << unsuitable.front().message();
  EXPECT_FALSE(keeper->facts().ready);
  EXPECT_THAT(ProfileStore(folder).load(origin.address()), IsEmpty())
      << "the next start would answer with it";
}

TEST_F(Keeping, measures_again_after_the_interval) {
  auto times = short_times();
  times.interval = milliseconds(5);
  make(times);
  start();
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().ready; }));
  const auto after_first = origin.connections;
  constexpr std::size_t measuring_limits = 3 * 50;  // attempts, and visits of each at most
  EXPECT_TRUE(comes_true(io, [&] {
    return origin.connections > after_first + measuring_limits + 3 * in_use().size();
  })) << "more than the visits that rest and stall, and those that measure limits";
}

TEST_F(Keeping, tries_again_after_a_failure) {
  origin.manners.greeting = Manners::Greeting::hangs_up;
  start();
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().problem.has_value(); }));
  EXPECT_FALSE(keeper->facts().ready);
  origin.manners.greeting = Manners::Greeting::tls;
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().ready; }));
  EXPECT_FALSE(keeper->facts().problem);
  EXPECT_THAT(unsuitable, IsEmpty()) << "an origin that is away may come back";
}

TEST_F(Keeping, tells_once_that_the_origin_is_unsuitable) {
  origin.manners.highest = TLS1_2_VERSION;
  start();
  ASSERT_TRUE(comes_true(io, [&] { return !unsuitable.empty(); }));
  const auto first = origin.connections;
  ASSERT_TRUE(comes_true(io, [&] { return origin.connections >= 3 * first; })) << "it goes on trying";
  ASSERT_THAT(unsuitable, SizeIs(1));
  EXPECT_TRUE(unsuitable.front().is(Errc::origin_unsuitable));
  EXPECT_THAT(unsuitable.front().message(), HasSubstr(origin.address().to_text()));
}

TEST_F(Keeping, tells_how_an_authority_of_ones_own_is_given) {
  const Origin other(io);
  auto address = origin.address();
  address.authorities = other.address().authorities;
  keeper = std::make_shared<Keeper>(io.get_executor(), address, folder, gate, random, short_times());
  start();
  ASSERT_TRUE(comes_true(io, [&] { return !unsuitable.empty(); }));
  EXPECT_THAT(unsuitable.front().message(), HasSubstr("--cover-ca"));
}

TEST_F(Keeping, keeps_the_old_profile_when_a_measurement_fails) {
  const auto older = save_older();
  origin.manners.highest = TLS1_2_VERSION;
  start();
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().problem.has_value(); }));
  EXPECT_THAT(in_use(), ElementsAre(older));
  EXPECT_TRUE(keeper->facts().ready);
  EXPECT_THAT(unsuitable, IsEmpty()) << "peers are answered still";
}

TEST_F(Keeping, tries_again_soon_when_one_template_could_not_be_measured) {
  const auto all = net::testing::run(io, study_all(origin.address(), random, testing::short_times())).size();
  ASSERT_GT(all, 1U);
  origin.manners.hangs_up = [first = origin.connections + 1](auto connection) { return connection == first; };
  start();
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().ready; }));
  EXPECT_THAT(in_use(), SizeIs(all - 1));
  EXPECT_TRUE(comes_true(io, [&] { return in_use().size() == all; })) << "the next interval is an hour away";
}

TEST_F(Keeping, keeps_the_old_profile_of_a_template_that_could_not_be_measured) {
  const auto older = save_older(client_hello::builtin_templates().front().name);
  origin.manners.hangs_up = [](auto connection) { return connection == 1; };  // its first visit
  auto times = short_times();
  times.first_retry = std::chrono::hours(1);
  make(times);
  start();
  ASSERT_TRUE(comes_true(io, [&] { return in_use().size() > 1; }));
  EXPECT_EQ(in_use().front().name, older.name);
  EXPECT_EQ(in_use().front().measured_at, older.measured_at);
  for (const auto& profile : in_use())
    EXPECT_EQ(profile.measured_at == older.measured_at, profile.name == older.name) << profile.name;
}

TEST_F(Keeping, drops_the_old_profile_of_a_template_that_the_origin_no_longer_suits) {
  const auto older = save_older(client_hello::builtin_templates().front().name);
  origin.manners.speaks_old_tls = [](auto connection) { return connection == 1; };
  start();
  ASSERT_TRUE(comes_true(io, [&] { return in_use().size() > 1; }));
  for (const auto& profile : in_use()) EXPECT_NE(profile.name, older.name);
}

TEST_F(Keeping, keeps_the_limits_of_the_old_profile_until_they_are_measured) {
  const auto older = save_older();
  auto times = short_times();
  times.visit.idle = std::chrono::hours(1);
  make(times);
  start();
  ASSERT_TRUE(comes_true(io, [&] { return in_use().front().name != older.name; }));
  for (const auto& profile : in_use()) {
    EXPECT_EQ(profile.idle_after, older.idle_after);
    EXPECT_EQ(profile.idle_end, older.idle_end);
  }
}

TEST_F(Keeping, learns_beside_it_when_the_origin_ends_connections) {
  save_older();
  origin.manners.waits_for_finished = 20;
  origin.manners.rests_after_request = 100;
  auto times = short_times();
  times.visit.idle = std::chrono::seconds(10);
  make(times);
  start();
  ASSERT_TRUE(comes_true(io, [&] {
    return in_use().front().stall_after > milliseconds(0) && in_use().front().idle_end.size() == 1;
  }));
  for (const auto& profile : ProfileStore(folder).load(origin.address())) {
    if (profile.name == "older") continue;
    EXPECT_GT(profile.stall_after, milliseconds(0));
    EXPECT_EQ(profile.idle_end, std::vector<std::size_t>{19});
  }
}

TEST_F(Keeping, uses_what_it_learned_even_when_it_cannot_be_saved) {
  std::ofstream(folder) << "a file where the folder would be";
  start();
  EXPECT_TRUE(comes_true(io, [&] { return keeper->facts().ready; }));
}

TEST_F(Keeping, ends_when_it_is_stopped) {
  start();
  ASSERT_TRUE(comes_true(io, [&] { return keeper->facts().ready; }));
  keeper->stop();
  origin.stop();
  net::testing::drain(io);  // nothing waits for the next hour
}

TEST_F(Keeping, takes_nothing_over_after_it_was_stopped) {
  start();
  ASSERT_TRUE(comes_true(io, [&] { return origin.handshakes > 0; }));
  keeper->stop();
  origin.stop();
  net::testing::drain(io);
  EXPECT_FALSE(keeper->facts().ready);
}

}  // namespace
}  // namespace qnet::mirror
