#include "network/directory/rate_report.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using testing::identity;
using testing::kNow;

RateReport report(std::size_t count = 2) {
  RateReport made{identity(1).peer_id(), kNow, {}};
  for (std::size_t i = 0; i < count; ++i)
    made.rates.push_back({PeerKey{static_cast<std::uint8_t>(i)}, static_cast<Rate>(1'000 + i)});
  return made;
}

TEST(RateReport, comes_back) {
  const auto parsed = RateReport::parse(report().sign(identity(1)));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, report());
  EXPECT_TRUE(RateReport::parse(report(RateReportLimits::rates).sign(identity(1))));
}

/// Made by tests/e2e/directory_documents.py, with the Ed25519 seed 00 01 … 1f.
TEST(RateReport, is_what_a_second_implementation_writes) {
  constexpr std::string_view kWritten =
      "8258788401582003a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b81a6b49d20082825820"
      "01000000000000000000000000000000000000000000000000000000000000001903e882582002000000000000000000"
      "000000000000000000000000000000000000000000001a004c4b405840fd394fcc0d152d061576587fcc439858072433"
      "66fc06c9bbff49e8b1daf5a93734476d61b034de408c72677deddc5e91a237ba39d9be9626c26c24aebb7c3f05";
  const auto parsed = RateReport::parse(base::from_hex(kWritten).value());
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->time, kNow);
  EXPECT_EQ(parsed->rates, (std::vector<RelayRate>{{{1}, 1'000}, {{2}, 5'000'000}}));
}

TEST(RateReport, is_refused_when_any_byte_differs) {
  const auto wire = report().sign(identity(1));
  for (std::size_t i = 0; i < wire.size(); ++i) {
    auto changed = wire;
    changed[i] ^= 1U;
    EXPECT_FALSE(RateReport::parse(changed)) << "byte " << i;
  }
  EXPECT_FALSE(RateReport::parse(report().sign(identity(2))));
}

TEST(RateReport, names_each_relay_once_and_not_too_many) {
  auto twice = report();
  twice.rates.push_back(twice.rates.back());
  EXPECT_FALSE(RateReport::parse(twice.sign(identity(1))));
  EXPECT_FALSE(RateReport::parse(report(RateReportLimits::rates + 1).sign(identity(1))));
  EXPECT_FALSE(RateReport::parse(report(0).sign(identity(1))));
  auto nothing = report();
  nothing.rates[0].rate = 0;
  EXPECT_FALSE(RateReport::parse(nothing.sign(identity(1))));
}

}  // namespace
}  // namespace qnet::directory
