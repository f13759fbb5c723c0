#include "transport/mirror/cover_check.hpp"

#include <gmock/gmock.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Origin;

class CoverCheck : public ::testing::Test {
 protected:
  base::Result<calibration::Report> check(std::optional<std::string> relay = std::nullopt) {
    return net::testing::run(io, check_cover(origin.address(), std::move(relay), random, times));
  }

  boost::asio::io_context io{1};
  Origin origin{io};
  base::testing::SeededRandom random{5};
  const VisitTimes times = testing::short_times();
};

TEST_F(CoverCheck, reports_of_every_browser) {
  const auto report = check();
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(calibration::usable(*report));
  EXPECT_EQ(report->name, Origin::kName);
  EXPECT_THAT(report->origin, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(report->addresses, ElementsAre("127.0.0.1"));
  ASSERT_THAT(report->rows, Not(IsEmpty()));
  for (const auto& row : report->rows) EXPECT_TRUE(row.study) << row.browser;
}

TEST_F(CoverCheck, tells_that_browsers_would_not_trust_the_certificate) {
  const auto report = check();
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->trust) << "no authority of this computer knows the test's certificate";
}

TEST_F(CoverCheck, tells_an_origin_in_another_network_than_the_relay) {
  origin.stop();  // its address is enough
  EXPECT_EQ(check("203.0.113.9")->other_network, "203.0.113.9");
  EXPECT_EQ(check("127.0.0.1")->other_network, std::nullopt);
  EXPECT_EQ(check()->other_network, std::nullopt) << "where the relay's address is not known";
}

TEST_F(CoverCheck, reports_of_an_origin_that_is_not_reached) {
  origin.stop();
  const auto report = check();
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_FALSE(calibration::usable(*report));
  EXPECT_FALSE(report->trust);
  EXPECT_TRUE(report->rows.front().study.error().is(net::Errc::refused));
}

TEST_F(CoverCheck, refuses_an_origin_whose_broken_handshakes_end_as_no_relays_do) {
  origin.manners.resets_broken = true;
  const auto report = check();
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_FALSE(calibration::usable(*report));
  for (const auto& row : report->rows)
    EXPECT_THAT(row.study.error().message(), HasSubstr("broken handshakes")) << row.browser;
}

TEST_F(CoverCheck, fails_for_a_host_without_an_address) {
  auto nowhere = origin.address();
  nowhere.host = std::string(300, 'a');  // longer than any name, so that no resolver is asked
  const auto report = net::testing::run(io, check_cover(nowhere, std::nullopt, random, times));
  ASSERT_FALSE(report);
  EXPECT_TRUE(report.error().is(net::Errc::no_such_host));
}

}  // namespace
}  // namespace qnet::mirror
