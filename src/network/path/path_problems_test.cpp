#include "network/path/path_problems.hpp"

#include <gtest/gtest.h>

#include "network/path/error.hpp"
#include "network/path/pool_limits.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using testing::peer_of;

const auto kGuard = peer_of(101);
const auto kOther = peer_of(102);
constexpr SteadyTime kNow{std::chrono::hours(1000)};
constexpr auto kEnough = static_cast<std::uint32_t>(PoolLimits::refusals);

/// Forty relays in networks of their own, and the two guards.
RelayTable forty_relays() {
  std::vector<RelayFacts> relays{testing::relay_of(101), testing::relay_of(102)};
  for (std::uint32_t i = 0; i < 40; ++i) relays.push_back(testing::relay_of(i, i % 4 == 0));
  return RelayTable(std::move(relays));
}
const auto kRelays = forty_relays();

/// So many first hops, each of its own network, refuse one after another. What the last one led to.
bool refuse(PathProblems& problems, const peer::PeerId& guard, std::uint32_t from, std::uint32_t to,
            SteadyTime now = kNow) {
  bool ours = false;
  for (auto i = from; i < to; ++i) ours = problems.refused(kRelays, guard, peer_of(i), now);
  return ours;
}

TEST(PathProblems, say_nothing_when_all_is_well) {
  PathProblems problems;
  problems.failed(Errc::no_guard);
  EXPECT_EQ(problems.sentence(), "None of this client's guards answers now; they are tried again.");
  problems.built(kGuard, kNow);
  EXPECT_EQ(problems.sentence(), "");
}

TEST(PathProblems, do_not_complain_of_what_one_wish_asks_for) {
  PathProblems problems;
  problems.failed(Errc::no_exit_in_country);
  problems.failed(Errc::no_exit_for_port);
  EXPECT_EQ(problems.sentence(), "");
}

TEST(PathProblems, name_the_clock_when_different_first_hops_refuse_through_two_guards) {
  PathProblems problems;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(problems.refused(kRelays, kGuard, peer_of(1), kNow));
  EXPECT_FALSE(refuse(problems, kGuard, 1, 5));
  EXPECT_FALSE(refuse(problems, kOther, 1, kEnough)) << "so many relays say nothing yet";
  EXPECT_TRUE(refuse(problems, kOther, kEnough, kEnough + 1));
  EXPECT_NE(problems.sentence().find("of this client. Its clock"), std::string::npos);
  problems.built(kGuard, kNow);
  EXPECT_EQ(problems.sentence(), "");
  EXPECT_FALSE(refuse(problems, kOther, 20, 21));
}

TEST(PathProblems, name_a_guard_through_which_all_refuse_and_leave_it_for_a_while) {
  PathProblems problems;
  EXPECT_FALSE(refuse(problems, kGuard, 0, 20));
  EXPECT_NE(problems.sentence().find("through the guard " + kGuard.to_text()), std::string::npos);
  EXPECT_TRUE(problems.all_refuse_through(kGuard, kNow));
  EXPECT_FALSE(problems.all_refuse_through(kOther, kNow));
  problems.built(kOther, kNow);
  EXPECT_EQ(problems.sentence(), "");
  EXPECT_TRUE(problems.all_refuse_through(kGuard, kNow)) << "another guard says nothing of this one";
  EXPECT_FALSE(problems.all_refuse_through(kGuard, kNow + PoolLimits::refusing_guard));
  problems.built(kGuard, kNow);
  EXPECT_FALSE(problems.all_refuse_through(kGuard, kNow));
}

TEST(PathProblems, leave_no_guard_when_the_cause_was_here) {
  PathProblems problems;
  EXPECT_FALSE(refuse(problems, kGuard, 0, kEnough));
  EXPECT_TRUE(refuse(problems, kOther, 4, 5));
  problems.built(kOther, kNow);
  EXPECT_FALSE(problems.all_refuse_through(kGuard, kNow));
}

TEST(PathProblems, tell_of_the_guard_that_lets_fewest_circuits_through) {
  PathProblems problems;
  problems.bias(peer_of(1), Bias::notice);
  EXPECT_NE(problems.sentence().find(peer_of(1).to_text()), std::string::npos);
  problems.failed(Errc::timed_out);
  EXPECT_EQ(problems.sentence().find(peer_of(1).to_text()), std::string::npos) << "a notice can wait";
  problems.bias(peer_of(2), Bias::alarm);
  EXPECT_NE(problems.sentence().find(peer_of(2).to_text()), std::string::npos);
  problems.built(kGuard, kNow);
  problems.bias(peer_of(2), Bias::none);
  problems.bias(peer_of(1), Bias::none);
  EXPECT_EQ(problems.sentence(), "");
}

TEST(PathProblems, put_the_file_of_guards_first) {
  PathProblems problems;
  problems.failed(Errc::no_guard);
  problems.guard_file(base::Error(Errc::guard_file_damaged, "/x/guards"));
  EXPECT_NE(problems.sentence().find("/x/guards"), std::string::npos);
  problems.guard_file(std::nullopt);
  EXPECT_NE(problems.sentence().find("guards answers"), std::string::npos);
}

}  // namespace
}  // namespace qnet::path
