#include "transport/mirror/origin_tolerance.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/calibration/error.hpp"
#include "transport/mirror/origin_study.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::mirror {
namespace {

class MeasuringTolerance : public ::testing::Test {
 protected:
  base::Result<htx::Tolerance> measure() {
    return net::testing::run(io, measure_tolerance(origin.address(), browser, profile, random, times));
  }

  boost::asio::io_context io{1};
  testing::Origin origin{io};
  base::testing::SeededRandom random{4};
  const VisitTimes times = testing::short_times();
  const client_hello::Template& browser = client_hello::builtin_templates().front();
  htx::MirrorProfile profile =
      net::testing::run(io, study(origin.address(), browser, random, times)).value().profile;
};

TEST_F(MeasuringTolerance, finds_openssls_limits) {
  const auto measured = measure();
  ASSERT_TRUE(measured) << measured.error().message();
  const htx::Tolerance usual;
  EXPECT_EQ(measured->change_cipher_specs, usual.change_cipher_specs);
  EXPECT_EQ(measured->cancellations, usual.cancellations);
  EXPECT_EQ(measured->last_type, usual.last_type);
  EXPECT_TRUE(measured->judges_versions);
  EXPECT_TRUE(measured->empty_records_first);
}

TEST_F(MeasuringTolerance, makes_few_visits_and_at_most_four_at_once) {
  const auto before = origin.connections;
  origin.most_visitors = 0;
  ASSERT_TRUE(measure());
  EXPECT_LE(origin.connections - before, 30U);
  EXPECT_GT(origin.most_visitors, 1U) << "side by side";
  EXPECT_LE(origin.most_visitors, 8U) << "one that leaves may be seen beside each that comes";
}

TEST_F(MeasuringTolerance, keeps_to_a_limit_that_is_not_the_one_expected) {
  profile.tolerance.change_cipher_specs = 200;
  profile.tolerance.cancellations = 0;
  profile.tolerance.read_ahead = 0;
  const auto measured = measure();
  ASSERT_TRUE(measured) << measured.error().message();
  EXPECT_EQ(measured->change_cipher_specs, 32U);
  EXPECT_EQ(measured->cancellations, 4U);
}

TEST_F(MeasuringTolerance, refuses_an_origin_that_resets_what_is_broken) {
  origin.manners.resets_broken = true;
  const auto measured = measure();
  ASSERT_FALSE(measured);
  EXPECT_TRUE(measured.error().is(calibration::Errc::unlike)) << measured.error().message();
}

TEST_F(MeasuringTolerance, refuses_an_origin_that_tells_its_reasons_apart) {
  profile.bad_finished = {19, 19};  // as if a wrong Finished got something else than too many records do
  const auto measured = measure();
  ASSERT_FALSE(measured);
  EXPECT_TRUE(measured.error().is(calibration::Errc::unlike)) << measured.error().message();
  EXPECT_TRUE(calibration::unsuitable(measured.error()));
}

}  // namespace
}  // namespace qnet::mirror
