#include "network/path/path_problems.hpp"

#include <gtest/gtest.h>

#include "network/path/error.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using testing::peer_of;

TEST(PathProblems, say_nothing_when_all_is_well) {
  PathProblems problems;
  problems.failed(Errc::no_guard);
  EXPECT_EQ(problems.sentence(), "None of this client's guards answers now; they are tried again.");
  problems.built();
  EXPECT_EQ(problems.sentence(), "");
}

TEST(PathProblems, do_not_complain_of_what_one_wish_asks_for) {
  PathProblems problems;
  problems.failed(Errc::no_exit_in_country);
  problems.failed(Errc::no_exit_for_port);
  EXPECT_EQ(problems.sentence(), "");
}

TEST(PathProblems, name_the_clock_when_different_first_hops_refuse) {
  PathProblems problems;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(problems.refused(peer_of(1))) << "one relay says nothing";
  EXPECT_FALSE(problems.refused(peer_of(2)));
  EXPECT_TRUE(problems.refused(peer_of(3)));
  EXPECT_NE(problems.sentence().find("clock"), std::string::npos);
  problems.built();
  EXPECT_EQ(problems.sentence(), "");
  EXPECT_FALSE(problems.refused(peer_of(4)));
}

TEST(PathProblems, tell_of_the_guard_that_lets_fewest_circuits_through) {
  PathProblems problems;
  problems.bias(peer_of(1), Bias::notice);
  EXPECT_NE(problems.sentence().find(peer_of(1).to_text()), std::string::npos);
  problems.failed(Errc::timed_out);
  EXPECT_EQ(problems.sentence().find(peer_of(1).to_text()), std::string::npos) << "a notice can wait";
  problems.bias(peer_of(2), Bias::alarm);
  EXPECT_NE(problems.sentence().find(peer_of(2).to_text()), std::string::npos);
  problems.built();
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
