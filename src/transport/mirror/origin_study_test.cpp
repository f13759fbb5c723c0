#include "transport/mirror/origin_study.hpp"

#include <gmock/gmock.h>

#include <set>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/testing/run.hpp"
#include "protocol/tls/error.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Origin;
using ::testing::SizeIs;

class Studying : public ::testing::Test {
 protected:
  boost::asio::io_context io{1};
  Origin origin{io};
  base::testing::SeededRandom random{2};
  const VisitTimes times = testing::short_times();
};

TEST_F(Studying, makes_a_profile_that_a_relay_can_answer_by) {
  const auto& browser = client_hello::builtin_templates().front();
  const auto made = net::testing::run(io, study(origin.address(), browser, random, times));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->samples, SizeIs(kSamples));
  EXPECT_EQ(origin.connections, kSamples + 2) << "and one for each wrong second flight";
  const auto& profile = made->profile;
  EXPECT_TRUE(htx::check_profile(profile));
  EXPECT_EQ(profile.name, browser.name);
  EXPECT_EQ(profile.origin, origin.address().to_text());
  EXPECT_THAT(profile.hello, Not(IsEmpty()));
  EXPECT_GT(profile.measured_at, 0);
  EXPECT_THAT(profile.after_finished, SizeIs(2));
  EXPECT_THAT(profile.bad_finished, ElementsAre(19));
}

TEST_F(Studying, visits_more_often_when_the_visits_do_not_agree) {
  origin.manners.slow = [](std::size_t connection) { return connection == 2; };
  const auto made = net::testing::run(
      io, study(origin.address(), client_hello::builtin_templates().front(), random, times));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->samples[1].after_finished, IsEmpty()) << "the tickets came too late";
  EXPECT_GT(made->samples.size(), kSamples);
  EXPECT_THAT(made->profile.after_finished, SizeIs(2));
}

TEST_F(Studying, stops_visiting_a_server_whose_answers_never_agree) {
  origin.manners.slow = [](std::size_t connection) { return connection % 2 == 0; };
  const auto made = net::testing::run(
      io, study(origin.address(), client_hello::builtin_templates().front(), random, times));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->samples, SizeIs(kMostSamples));
}

TEST_F(Studying, waits_once_more_for_what_a_wrong_finished_gets) {
  origin.manners.slow = [](std::size_t connection) { return connection == kSamples + 1; };
  const auto made = net::testing::run(
      io, study(origin.address(), client_hello::builtin_templates().front(), random, times));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->profile.bad_finished, ElementsAre(19));
  EXPECT_EQ(origin.connections, kSamples + 3);
}

TEST_F(Studying, of_all_templates_visits_once_for_each_kind_of_hello) {
  const auto studies = net::testing::run(io, study_all(origin.address(), random, times));
  ASSERT_THAT(studies, Not(IsEmpty()));
  std::set<std::string> hellos;
  for (const auto& [browser, study] : studies) {
    ASSERT_TRUE(study) << browser->name << ": " << study.error().message();
    EXPECT_TRUE(hellos.insert(study->profile.hello).second) << browser->name;
    EXPECT_EQ(study->profile.name, browser->name);
  }
  EXPECT_EQ(origin.connections, studies.size() * (kSamples + 2));
  EXPECT_TRUE(std::ranges::is_sorted(studies, {}, &TemplateStudy::browser));
}

TEST_F(Studying, says_for_each_template_why_it_failed) {
  origin.stop();
  for (const auto& [browser, study] : net::testing::run(io, study_all(origin.address(), random, times))) {
    ASSERT_FALSE(study) << browser->name;
    EXPECT_TRUE(study.error().is(net::Errc::refused)) << study.error().message();
  }
}

}  // namespace
}  // namespace qnet::mirror
