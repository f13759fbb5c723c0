#include "overlay/circuit/circuit_keys.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/circuit/testing/opening.hpp"

namespace qnet::circuit {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::opens;
using testing::relay;

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr auto kPeriod = CircuitKeyLimits::period;

class CircuitKeysTest : public ::testing::Test {
 protected:
  CircuitKeysTest() { keys_.update(kNow, random_); }

  /// The beginning of the period of kNow.
  [[nodiscard]] WallTime beginning() const { return keys_.published().front().from; }
  [[nodiscard]] crypto::X25519Public current() const { return keys_.published().at(0).key; }
  [[nodiscard]] crypto::X25519Public next() const { return keys_.published().at(1).key; }
  /// Public keys, as they are offered to a first message.
  [[nodiscard]] std::vector<crypto::X25519Public> acceptable(WallTime now) const {
    std::vector<crypto::X25519Public> keys;
    for (const auto& pair : keys_.acceptable(now)) keys.push_back(pair.public_key);
    return keys;
  }
  using Keys = std::vector<crypto::X25519Public>;

  base::testing::SeededRandom random_{5};
  CircuitKeys keys_{relay(1)};
};

TEST_F(CircuitKeysTest, are_a_current_and_a_next_one_at_first_start) {
  const auto published = keys_.published();
  ASSERT_EQ(published.size(), 2U);
  EXPECT_LE(published[0].from, kNow);
  EXPECT_GT(published[0].from + kPeriod, kNow);
  EXPECT_EQ(published[1].from, published[0].from + kPeriod);
  for (const auto& one : published) EXPECT_EQ(one.until, one.from + 48h);
  EXPECT_NE(published[0].key, published[1].key);
  EXPECT_EQ(keys_.next_deadline(), published[1].from);
}

TEST(CircuitKeys, are_none_before_the_first_update) {
  const CircuitKeys keys(relay(1));
  EXPECT_TRUE(keys.published().empty());
  EXPECT_TRUE(keys.acceptable(kNow).empty());
  EXPECT_FALSE(keys.next_deadline());
}

TEST_F(CircuitKeysTest, stay_until_the_period_ends) {
  const auto before = keys_.published();
  EXPECT_FALSE(keys_.update(kNow, random_));
  EXPECT_FALSE(keys_.update(*keys_.next_deadline() - 1s, random_));
  EXPECT_EQ(keys_.published(), before);
}

TEST_F(CircuitKeysTest, the_next_one_becomes_the_current_one) {
  const auto becomes = next();
  EXPECT_TRUE(keys_.update(*keys_.next_deadline(), random_));
  EXPECT_EQ(current(), becomes);
  EXPECT_NE(next(), becomes);
}

TEST_F(CircuitKeysTest, open_for_their_period_and_one_more_and_ten_minutes_before) {
  const auto key = next();
  const auto from = beginning() + kPeriod;
  const auto opens_at = [&](WallTime now) {
    keys_.update(now, random_);
    return std::ranges::count(acceptable(now), key) == 1;
  };
  EXPECT_FALSE(opens_at(from - 10min - 1s));
  EXPECT_TRUE(opens_at(from - 10min));
  EXPECT_TRUE(opens_at(from));
  EXPECT_TRUE(opens_at(from + 24h));
  EXPECT_TRUE(opens_at(from + 48h - 1s));
  EXPECT_FALSE(opens_at(from + 48h));
}

TEST_F(CircuitKeysTest, that_are_over_open_nothing_even_before_they_are_wiped) {
  const auto later = beginning() + 48h;
  EXPECT_EQ(acceptable(later), Keys{next()}) << "nobody has called update()";
}

TEST_F(CircuitKeysTest, are_offered_newest_first_and_three_at_most) {
  const auto first = current();
  const auto second = next();
  keys_.update(beginning() + kPeriod, random_);
  EXPECT_EQ(acceptable(beginning()), (Keys{second, first}));
  EXPECT_EQ(acceptable(beginning() + kPeriod - 1s), (Keys{next(), second, first}));
}

TEST_F(CircuitKeysTest, of_the_day_before_yesterday_open_nothing_and_are_nowhere_in_memory) {
  const auto key = current();
  const auto secret = keys_.held().front()->pair.secret.clone();
  ASSERT_EQ(crypto::X25519KeyPair::from_secret(secret.clone()).public_key, key);
  ASSERT_TRUE(contains(keys_, secret)) << "a search that finds nothing would show nothing";
  const testing::FirstMessage message(key, random_);
  auto now = beginning();
  EXPECT_TRUE(opens(keys_, message, now));
  now += kPeriod;
  keys_.update(now, random_);
  EXPECT_TRUE(opens(keys_, message, now));
  now += kPeriod;
  keys_.update(now, random_);
  EXPECT_FALSE(opens(keys_, message, now));
  EXPECT_FALSE(opens(keys_, message, now - kPeriod)) << "the clock may be set back: the secret is gone";
  EXPECT_FALSE(contains(keys_, secret));
}

TEST_F(CircuitKeysTest, are_all_new_after_a_long_sleep) {
  const auto before = std::set{current(), next()};
  EXPECT_TRUE(keys_.update(kNow + 30 * kPeriod, random_));
  EXPECT_FALSE(before.contains(current()));
  EXPECT_FALSE(before.contains(next()));
  EXPECT_EQ(keys_.held().size(), 2U);
}

TEST_F(CircuitKeysTest, a_sleep_of_one_period_keeps_the_one_that_was_current) {
  const auto first = current();
  keys_.update(beginning() + kPeriod + 1h, random_);
  EXPECT_EQ(std::ranges::count(acceptable(beginning() + 1h), first), 1);
}

TEST_F(CircuitKeysTest, a_clock_that_goes_back_over_a_beginning_finds_the_same_keys_again) {
  const auto at = beginning() + kPeriod;
  keys_.update(at + 1s, random_);
  const auto published = keys_.published();
  EXPECT_FALSE(keys_.update(at - 1s, random_));
  EXPECT_EQ(next(), published[0].key);
  EXPECT_FALSE(keys_.update(at + 1s, random_));
  EXPECT_EQ(keys_.published(), published);
}

TEST_F(CircuitKeysTest, a_clock_that_goes_back_for_days_begins_anew_and_keeps_a_bounded_number) {
  const auto before = std::set{current(), next()};
  for (int day = 1; day <= 30; ++day) {
    keys_.update(kNow - day * kPeriod, random_);
    EXPECT_LE(keys_.held().size(), CircuitKeyLimits::held);
    EXPECT_EQ(keys_.published().size(), 2U);
  }
  EXPECT_FALSE(before.contains(current()));
  EXPECT_FALSE(before.contains(next()));
}

TEST_F(CircuitKeysTest, a_clock_that_was_wrong_for_a_while_costs_the_keys_but_no_more) {
  keys_.update(kNow + 100 * kPeriod, random_);
  keys_.update(kNow, random_);
  EXPECT_EQ(keys_.held().size(), 2U);
  EXPECT_EQ(acceptable(kNow), Keys{current()});
}

TEST_F(CircuitKeysTest, are_within_a_descriptors_bounds_where_a_machine_has_no_clock) {
  keys_.update(WallTime{}, random_);
  EXPECT_EQ(keys_.published().size(), 2U);
  EXPECT_GE(beginning(), WallTime{});
}

TEST_F(CircuitKeysTest, begin_at_another_second_for_each_relay_and_at_the_same_each_day) {
  std::set<std::chrono::seconds> seconds;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CircuitKeys one(relay(seed));
    one.update(kNow, random_);
    const auto from = one.published().front().from;
    seconds.insert(from.time_since_epoch() % kPeriod);
    one.update(kNow + 7 * kPeriod, random_);
    EXPECT_EQ(one.published().front().from, from + 7 * kPeriod);
  }
  EXPECT_GE(seconds.size(), 45U);
}

TEST_F(CircuitKeysTest, come_back_from_where_they_were_kept) {
  CircuitKeys again(relay(1));
  for (const auto* const key : keys_.held()) EXPECT_TRUE(again.restore({key->from, key->pair.clone()}));
  EXPECT_FALSE(again.update(kNow, random_));
  EXPECT_EQ(again.published(), keys_.published());
}

TEST_F(CircuitKeysTest, do_not_come_back_twice_or_at_another_time) {
  CircuitKeys again(relay(1));
  const auto pair = [&] { return crypto::X25519KeyPair::generate(random_); };
  EXPECT_FALSE(again.restore({beginning() + 1s, pair()}));
  EXPECT_TRUE(again.restore({beginning(), pair()}));
  EXPECT_FALSE(again.restore({beginning(), pair()}));
  for (int i = 1; i < 4; ++i) EXPECT_TRUE(again.restore({beginning() + i * kPeriod, pair()}));
  EXPECT_FALSE(again.restore({beginning() + 4 * kPeriod, pair()})) << "no more than can be held";
}

}  // namespace
}  // namespace qnet::circuit
