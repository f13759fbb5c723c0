// Rates in the roster: what is measured, kept, and listed.
#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::kStart;

class RosterRates : public testing::RosterTest {
 protected:
  [[nodiscard]] const Entry& entry() const { return *roster_.find(relay_.key()); }
  [[nodiscard]] DueCheck check() const { return {relay_.key(), entry().endpoint_id}; }
  void measure(Rate rate, SteadyTime now = kStart) { roster_.measured(check(), rate, now); }
  void refuse() { roster_.measured(check(), std::nullopt, kStart); }
  [[nodiscard]] Record record(const std::string& host, Rate measured) const {
    const testing::Relay other(8, host);
    Record made{other.key(), {}, 1, kNow, kNow, true, {}, false, measured, {}};
    made.descriptor.assign(other.descriptor.wire().begin(), other.descriptor.wire().end());
    return made;
  }
};

TEST_F(RosterRates, are_the_low_median_of_the_last_measures) {
  register_and_check(relay_);
  measure(1'000);
  EXPECT_EQ(entry().measured, 1'000U);
  measure(9'000);
  EXPECT_EQ(entry().measured, 1'000U);
  measure(9'000);
  EXPECT_EQ(entry().measured, 9'000U);
  for (std::size_t n = 0; n < MeasuredLimits::kept; ++n) measure(100);
  EXPECT_EQ(entry().measured, 100U);
  EXPECT_EQ(to_record(entry()).measured, 100U) << "it is kept with the next heartbeat";
}

TEST_F(RosterRates, change_the_list_only_when_they_change_much) {
  register_and_check(relay_);
  measure(1'000);
  const auto before = roster_.revision();
  for (const Rate rate : {1'100U, 1'150U, 1'200U, 1'240U, 1'200U}) measure(rate);
  EXPECT_EQ(roster_.revision(), before);
  EXPECT_EQ(entry().measured, 1'000U);
  for (std::size_t n = 0; n < MeasuredLimits::kept; ++n) measure(2'000);
  EXPECT_GT(roster_.revision(), before);
}

TEST_F(RosterRates, are_measured_of_listed_relays_and_often_at_first_alone) {
  ASSERT_TRUE(roster_.take(testing::registration_of(relay_.descriptor, 1), kNow, kStart));
  EXPECT_FALSE(roster_.measure_due(check(), kStart)) << "it is not listed yet";
  answer(relay_, true);
  for (std::size_t n = 0; n < MeasuredLimits::first_measures; ++n) {
    EXPECT_TRUE(roster_.measure_due(check(), kStart + n * 1h));
    measure(1'000, kStart + n * 1h);
  }
  EXPECT_FALSE(roster_.measure_due(check(), kStart + 3h));
  EXPECT_TRUE(roster_.measure_due(check(), kStart + 6h));
}

TEST_F(RosterRates, are_the_lowest_of_a_relay_that_lets_nobody_measure_it_any_more) {
  register_and_check(relay_);
  for (int n = 0; n < 3; ++n) measure(1'000);
  refuse();
  refuse();
  EXPECT_EQ(entry().measured, 1'000U);
  refuse();
  EXPECT_EQ(entry().measured, kGaveNothing);
  for (int n = 0; n < 10; ++n) refuse();
  EXPECT_EQ(entry().measured, kGaveNothing) << "never as one that nobody has tried to measure";
}

TEST_F(RosterRates, are_no_better_for_a_relay_that_refuses_than_for_a_slow_one) {
  register_and_check(relay_);
  refuse();
  EXPECT_EQ(entry().measured, kGaveNothing);
  measure(1'000);
  EXPECT_EQ(entry().measured, 1'000U) << "the failure may have had any reason";
}

TEST_F(RosterRates, of_a_store_hold_against_a_first_failure) {
  const auto kept = record("198.51.99.7", 3'000);
  ASSERT_TRUE(roster_.restore(kept, kStart));
  const auto* const restored = roster_.find(kept.peer);
  const DueCheck due{kept.peer, restored->endpoint_id};
  for (int n = 0; n < 2; ++n) roster_.measured(due, std::nullopt, kStart);
  EXPECT_EQ(restored->measured, 3'000U);
  roster_.measured(due, std::nullopt, kStart);
  EXPECT_EQ(restored->measured, kGaveNothing);
}

TEST_F(RosterRates, belong_to_an_endpoint) {
  register_and_check(relay_);
  const auto before = check();
  measure(1'000);
  auto moved = relay_.descriptor.descriptor();
  moved.addresses = {{"198.51.99.77", 443}};
  moved.issued += 1min;
  const auto signed_one = SignedDescriptor::sign(moved, relay_.keys);
  ASSERT_TRUE(roster_.take(testing::registration_of(signed_one, 2), kNow, kStart + 1min));
  EXPECT_EQ(entry().measured, 0U);
  roster_.measured(before, 5'000, kStart + 1min);
  EXPECT_EQ(entry().measured, 0U) << "the measure of the endpoint before";
}

TEST_F(RosterRates, stay_when_the_same_endpoint_signs_anew) {
  register_and_check(relay_);
  measure(1'000);
  const auto later = testing::signed_again(relay_);
  ASSERT_TRUE(roster_.take(testing::registration_of(later, 2), kNow, kStart + 1min));
  roster_.stored(relay_.key(), later.digest(), kStart + 1min);
  EXPECT_EQ(entry().measured, 1'000U);
}

class RosterReports : public RosterRates {
 protected:
  /// A listed relay in a network of its own, which was measured as this fast.
  testing::Relay reporter(std::uint64_t seed, Rate measured = 1'000'000) {
    testing::Relay made(seed, "198." + std::to_string(seed) + ".0.1");
    EXPECT_TRUE(roster_.take(testing::registration_of(made.descriptor, 1), kNow, kStart));
    answer(made, true);
    roster_.measured({made.key(), roster_.find(made.key())->endpoint_id}, measured, kStart);
    return made;
  }
  base::Result<void> report(const testing::Relay& by, Rate rate, SteadyTime now = kStart) {
    return roster_.take(RateReport{by.keys.peer_id(), kNow, {{relay_.key(), rate}}}, kNow, now);
  }
  void measure_three_times(Rate rate) {
    register_and_check(relay_);
    for (int n = 0; n < 3; ++n) measure(rate);
  }
};

TEST_F(RosterReports, are_votes_beside_its_own_measures) {
  measure_three_times(100'000);
  for (std::uint64_t seed = 20; seed < 23; ++seed) ASSERT_TRUE(report(reporter(seed), 50'000));
  EXPECT_EQ(entry().measured, 50'000U) << "three of six, and the lower one of the two in the middle";
}

TEST_F(RosterReports, raise_nothing_however_many_agree) {
  // The relay gives something to those relays alone that will say what it likes.
  measure_three_times(100'000);
  for (std::uint64_t seed = 20; seed < 28; ++seed) ASSERT_TRUE(report(reporter(seed), 400'000));
  EXPECT_EQ(entry().measured, 100'000U);
}

TEST_F(RosterReports, do_not_stand_in_for_measures_that_are_refused) {
  register_and_check(relay_);
  for (int n = 0; n < 3; ++n) refuse();
  for (std::uint64_t seed = 20; seed < 28; ++seed) ASSERT_TRUE(report(reporter(seed), 400'000));
  EXPECT_EQ(entry().measured, kGaveNothing);
}

TEST_F(RosterReports, of_two_liars_change_nothing) {
  measure_three_times(100'000);
  ASSERT_TRUE(report(reporter(20), 1));
  ASSERT_TRUE(report(reporter(21), 1));
  EXPECT_EQ(entry().measured, 100'000U);
}

TEST_F(RosterReports, raise_nothing_beyond_what_a_reporter_can_see) {
  measure_three_times(100'000);
  for (std::uint64_t seed = 20; seed < 28; ++seed)
    ASSERT_TRUE(report(reporter(seed, 200'000), 4'000'000'000));
  EXPECT_EQ(entry().measured, 100'000U);
  for (std::uint64_t seed = 30; seed < 38; ++seed) ASSERT_TRUE(report(reporter(seed, 50'000), 40'000));
  EXPECT_EQ(entry().measured, 100'000U) << "a slow reporter measures its own line";
}

TEST_F(RosterReports, count_once_it_has_measured_the_relay_itself_some_times) {
  register_and_check(relay_);
  ASSERT_TRUE(report(reporter(20), 1'000));
  EXPECT_EQ(entry().measured, 0U);
  measure(100'000);
  EXPECT_EQ(entry().measured, 100'000U);
}

TEST_F(RosterReports, are_taken_from_listed_relays_now_and_then) {
  measure_three_times(100'000);
  const testing::Relay stranger(40, "198.40.0.1");
  EXPECT_TRUE(report(stranger, 1).error().is(Errc::unknown_peer));
  const auto known = reporter(20);
  ASSERT_TRUE(report(known, 1'000));
  EXPECT_TRUE(report(known, 1'000, kStart + 19min).error().is(Errc::too_soon));
  EXPECT_TRUE(report(known, 1'000, kStart + 20min));
  const RateReport old{known.keys.peer_id(), kNow - 6min, {{relay_.key(), 1'000}}};
  EXPECT_TRUE(roster_.take(old, kNow, kStart + 1h).error().is(Errc::clock_skewed));
}

TEST_F(RosterRates, of_a_store_hold_until_this_directory_has_measured_itself) {
  const auto kept = record("198.51.99.7", 3'000);
  ASSERT_TRUE(roster_.restore(kept, kStart));
  const auto* const restored = roster_.find(kept.peer);
  EXPECT_EQ(restored->measured, 3'000U);
  roster_.measured({kept.peer, restored->endpoint_id}, 1'000, kStart);
  EXPECT_EQ(restored->measured, 1'000U);
  auto newer = kept;
  newer.sequence = 2;
  ASSERT_TRUE(roster_.restore(newer, kStart));
  EXPECT_EQ(restored->measured, 1'000U) << "another directory's rate";
}

TEST_F(RosterRates, come_with_the_address_that_was_found_behind_a_name) {
  const testing::Relay named(9, "relay.example.org");
  ASSERT_TRUE(roster_.take(testing::registration_of(named.descriptor, 1), kNow, kStart));
  const auto due = roster_.due_for_check(kStart, 10);
  ASSERT_EQ(due.size(), 1U);
  const auto here = ip::IpAddress::parse("198.51.99.8");
  CheckResult result{true, ip::client_prefix(*here), {}, here};
  const auto first = roster_.listed_by(due[0], result);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->address, here);
  (void)roster_.checked(due[0], result, kStart);
  EXPECT_EQ(roster_.find(named.key())->address, here);

  const auto before = roster_.revision();
  result.address = ip::IpAddress::parse("198.51.99.9");
  result.at = ip::client_prefix(*result.address);
  (void)roster_.checked(due[0], result, kStart + 1h);
  EXPECT_EQ(roster_.find(named.key())->address, result.address);
  EXPECT_GT(roster_.revision(), before);

  Roster other;
  ASSERT_TRUE(other.restore(to_record(*roster_.find(named.key())), kStart));
  EXPECT_EQ(other.find(named.key())->address, result.address);
}

TEST_F(RosterRates, come_with_no_address_beside_a_number) {
  ASSERT_TRUE(roster_.take(testing::registration_of(relay_.descriptor, 1), kNow, kStart));
  const auto due = roster_.due_for_check(kStart, 10);
  const auto here = ip::IpAddress::parse("198.51.99.7");
  (void)roster_.checked(due[0], {true, ip::client_prefix(*here), {}, here}, kStart);
  EXPECT_FALSE(entry().address);
}

}  // namespace
}  // namespace qnet::directory
