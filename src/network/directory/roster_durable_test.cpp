// Lists show what a store has acknowledged.
#include <gtest/gtest.h>

#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::goodbye_of;
using testing::heartbeat_of;
using testing::kNow;
using testing::kStart;
using testing::registration_of;

class RosterDurableTest : public testing::RosterTest {
 protected:
  RosterDurableTest() { register_and_check(relay_); }

  /// A later descriptor of the same endpoint.
  [[nodiscard]] SignedDescriptor later(std::chrono::seconds by, const std::string& country = "SE") const {
    auto changed = descriptor_of(relay_.keys);
    changed.issued += by;
    changed.country = country;
    return SignedDescriptor::sign(changed, relay_.keys);
  }
  base::Result<std::optional<Record>> take(const SignedDescriptor& descriptor, std::uint64_t sequence) {
    return roster_.take(registration_of(descriptor, sequence), kNow, kStart + 10s * sequence);
  }
  [[nodiscard]] const SignedDescriptor& shown() const { return roster_.listed().at(0)->descriptor; }
};

TEST_F(RosterDurableTest, a_later_descriptor_is_listed_once_it_is_stored) {
  const auto fresh = later(1s);
  const auto revision = roster_.revision();
  const auto record = take(fresh, 2);
  ASSERT_TRUE(record && *record);
  EXPECT_TRUE(std::ranges::equal((*record)->descriptor, fresh.wire())) << "what is to be stored";
  EXPECT_TRUE((*record)->checked);
  EXPECT_EQ(shown(), relay_.descriptor);
  EXPECT_EQ(roster_.revision(), revision) << "no new list for it";
  roster_.stored(relay_.key(), fresh.digest(), kStart + 21s);
  EXPECT_EQ(shown(), fresh);
  EXPECT_NE(roster_.revision(), revision);
}

TEST_F(RosterDurableTest, the_acknowledgement_of_another_descriptor_shows_nothing_new) {
  const auto second = later(1s);
  const auto third = later(2s);
  ASSERT_TRUE(take(second, 2));
  ASSERT_TRUE(take(third, 3));
  roster_.stored(relay_.key(), second.digest(), kStart + 31s);
  EXPECT_EQ(shown(), relay_.descriptor);
  roster_.stored(relay_.key(), third.digest(), kStart + 32s);
  EXPECT_EQ(shown(), third);
}

TEST_F(RosterDurableTest, the_next_registration_is_judged_by_the_latest_descriptor) {
  const auto fresh = later(2s);
  ASSERT_TRUE(take(fresh, 2));
  expect_refused(heartbeat_of(relay_.descriptor, 3), Errc::unknown_peer, kNow, kStart + 30s);
  expect_refused(registration_of(later(1s), 3), Errc::replayed, kNow, kStart + 30s);
  const auto beat = roster_.take(heartbeat_of(fresh, 3), kNow, kStart + 30s);
  ASSERT_TRUE(beat && *beat);
  EXPECT_TRUE(std::ranges::equal((*beat)->descriptor, fresh.wire()));
}

TEST_F(RosterDurableTest, a_declared_country_changes_with_the_descriptor) {
  const auto fresh = later(1s, "DE");
  const auto record = take(fresh, 2);
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->country.code, "DE");
  EXPECT_EQ(roster_.listed_count("SE"), 1U);
  roster_.stored(relay_.key(), fresh.digest(), kStart + 21s);
  EXPECT_EQ(roster_.listed_count("SE"), 0U);
  EXPECT_EQ(roster_.listed_count("DE"), 1U);
}

TEST_F(RosterDurableTest, a_new_endpoint_is_unlisted_at_once_and_listed_with_its_latest_descriptor) {
  ASSERT_TRUE(take(later(1s), 2));
  auto changed = descriptor_of(relay_.keys, "198.51.99.8");
  changed.issued += 2s;
  const auto moved = SignedDescriptor::sign(changed, relay_.keys);
  ASSERT_TRUE(take(moved, 3));
  EXPECT_EQ(roster_.listed_count(), 0U);
  answer(relay_, true, {}, kStart + 40s);
  EXPECT_EQ(shown(), moved);
}

TEST_F(RosterDurableTest, a_row_of_another_directory_is_durable) {
  const auto fresh = later(1s);
  const base::Bytes wire(fresh.wire().begin(), fresh.wire().end());
  ASSERT_TRUE(roster_.restore({relay_.key(), wire, 2, kNow, kNow, true, {}, false}, kStart + 20s));
  EXPECT_EQ(shown(), fresh);
}

TEST_F(RosterDurableTest, a_row_of_another_directory_acknowledges_the_descriptor_that_waits_here) {
  const auto fresh = later(1s);
  ASSERT_TRUE(take(fresh, 2));
  const base::Bytes wire(fresh.wire().begin(), fresh.wire().end());
  ASSERT_TRUE(roster_.restore({relay_.key(), wire, 3, kNow, kNow, true, {}, false}, kStart + 20s));
  EXPECT_EQ(shown(), fresh);
}

TEST_F(RosterDurableTest, an_acknowledgement_after_a_goodbye_brings_nobody_back) {
  const auto fresh = later(1s);
  ASSERT_TRUE(take(fresh, 2));
  ASSERT_TRUE(roster_.take(goodbye_of(fresh, 3), kNow, kStart + 30s));
  roster_.stored(relay_.key(), fresh.digest(), kStart + 31s);
  EXPECT_FALSE(knows(relay_));
}

}  // namespace
}  // namespace qnet::directory
