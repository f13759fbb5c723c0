// What a directory keeps, and what it takes from a store: its own after a restart, and others'.
#include <gtest/gtest.h>

#include "network/directory/roster_checks.hpp"
#include "network/directory_server/testing/service_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::identity;
using testing::now;

class ServiceStoreTest : public testing::ServiceTest {};

TEST_F(ServiceStoreTest, answers_a_heartbeat_when_it_is_stored_and_not_before) {
  const auto mine = descriptor(relay_);
  (void)tell(relay_, testing::registration_of(mine, 1, now()));
  run_until([&] { return controls_->records == 2; });  // and the check's outcome
  controls_->waits = true;
  const auto beat = begin({Query::Kind::registration, testing::heartbeat_of(mine, 2, now()).sign(relay_)});
  run_for(200ms);
  EXPECT_FALSE(beat->has_value());
  EXPECT_EQ(service_->counters().heartbeats, 0U);
  controls_->waits = false;
  run_until([&] { return beat->has_value(); });
  EXPECT_EQ((*beat)->status, Status::ok);
  EXPECT_EQ(service_->counters().heartbeats, 1U);
  EXPECT_EQ(controls_->records, 3);
}

TEST_F(ServiceStoreTest, lists_a_relay_when_its_check_is_stored_and_not_before) {
  controls_->waits = true;
  const auto told =
      begin({Query::Kind::registration, testing::registration_of(descriptor(relay_), 1, now()).sign(relay_)});
  run_until([&] { return probes_ == 1; });
  run_for(100ms);
  EXPECT_EQ(service_->roster().listed_count(), 0U) << "a directory that is killed now forgets the relay";
  controls_->waits = false;
  run_until([&] { return service_->roster().listed_count() == 1; });
  const std::scoped_lock lock(controls_->mutex);
  ASSERT_EQ(controls_->written.size(), 2U) << "the registration and the check, once each";
  EXPECT_TRUE(controls_->written.back().checked);
}

TEST_F(ServiceStoreTest, a_heartbeat_during_the_writing_of_a_check_does_not_take_the_relay_off_the_disk) {
  const auto mine = descriptor(relay_);
  controls_->waits = true;
  const auto told = begin({Query::Kind::registration, testing::registration_of(mine, 1, now()).sign(relay_)});
  run_until([&] { return probes_ == 1; });
  const auto beat = begin({Query::Kind::registration, testing::heartbeat_of(mine, 2, now()).sign(relay_)});
  run_until([&] { return service_->roster().find(relay_.signing.public_key)->sequence == 2; });
  controls_->waits = false;
  run_until([&] { return service_->roster().listed_count() == 1; });
  const std::scoped_lock lock(controls_->mutex);
  ASSERT_FALSE(controls_->written.empty());
  EXPECT_EQ(controls_->written.back().sequence, 2U);
  EXPECT_TRUE(controls_->written.back().checked);
}

TEST_F(ServiceStoreTest, a_relay_whose_check_cannot_be_stored_is_not_listed_and_is_checked_again_soon) {
  controls_->waits = true;
  const auto told =
      begin({Query::Kind::registration, testing::registration_of(descriptor(relay_), 1, now()).sign(relay_)});
  run_until([&] { return probes_ == 1; });
  run_for(50ms);
  controls_->fails = true;
  controls_->waits = false;
  run_until([&] { return told->has_value(); });
  run_for(100ms);
  EXPECT_EQ((*told)->status, Status::unavailable);
  EXPECT_EQ(service_->roster().listed_count(), 0U);
  const auto* const entry = service_->roster().find(relay_.signing.public_key);
  ASSERT_NE(entry, nullptr);
  EXPECT_LE(entry->check_due, std::chrono::steady_clock::now() + CheckLimits::first_retry);
}

TEST_F(ServiceStoreTest, shows_a_new_descriptor_when_it_is_stored_and_not_before) {
  const auto mine = descriptor(relay_);
  (void)tell(relay_, testing::registration_of(mine, 1, now()));
  run_until([&] { return service_->roster().listed_count() == 1; });
  controls_->waits = true;
  const auto later = with_bandwidth(relay_, 1);
  const auto told =
      begin({Query::Kind::registration, testing::registration_of(later, 2, now()).sign(relay_)});
  run_for(100ms);
  EXPECT_FALSE(told->has_value());
  const auto published = ask({Query::Kind::snapshot, {}});
  const auto list = open_list(SnapshotHeader::parse(published.header).value(), *published.list);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ(list->front().descriptor, mine)
      << "a directory that is killed now knows nothing of the later one";
  controls_->waits = false;
  run_until([&] { return told->has_value(); });
  EXPECT_EQ((*told)->status, Status::ok);
  EXPECT_EQ(service_->roster().listed().front()->descriptor, later);
}

TEST_F(ServiceStoreTest, shows_a_descriptor_whose_write_failed_with_the_next_heartbeat_that_is_stored) {
  const auto mine = descriptor(relay_);
  (void)tell(relay_, testing::registration_of(mine, 1, now()));
  run_until([&] { return service_->roster().listed_count() == 1; });
  controls_->waits = true;
  const auto later = with_bandwidth(relay_, 1);
  const auto told =
      begin({Query::Kind::registration, testing::registration_of(later, 2, now()).sign(relay_)});
  run_for(50ms);
  controls_->fails = true;
  controls_->waits = false;
  run_until([&] { return told->has_value(); });
  EXPECT_EQ((*told)->status, Status::unavailable);
  EXPECT_EQ(service_->roster().listed().front()->descriptor, mine);
  controls_->fails = false;
  run_until([&] { return service_->healthy(); });
  EXPECT_EQ(tell(relay_, testing::heartbeat_of(later, 3, now())).status, Status::ok);
  EXPECT_EQ(service_->roster().listed().front()->descriptor, later);
}

TEST_F(ServiceStoreTest, a_heartbeat_that_cannot_be_stored_is_put_off) {
  const auto mine = descriptor(relay_);
  (void)tell(relay_, testing::registration_of(mine, 1, now()));
  run_until([&] { return controls_->records == 2; });
  controls_->waits = true;
  const auto beat = begin({Query::Kind::registration, testing::heartbeat_of(mine, 2, now()).sign(relay_)});
  run_for(50ms);
  controls_->fails = true;
  controls_->waits = false;
  run_until([&] { return beat->has_value(); });
  EXPECT_EQ((*beat)->status, Status::unavailable);
  EXPECT_EQ(service_->counters().heartbeats, 0U);
  EXPECT_EQ(service_->counters().refused, 1U);
}

TEST_F(ServiceStoreTest, while_the_store_is_lost_reads_go_on_and_writes_are_put_off) {
  const auto mine = descriptor(relay_);
  (void)tell(relay_, testing::registration_of(mine, 1, now()));
  run_until([&] { return service_->roster().listed_count() == 1; });
  controls_->fails = true;
  run_until([&] { return !service_->healthy(); });
  const auto refused = tell(relay_, testing::heartbeat_of(mine, 2, now()));
  EXPECT_EQ(refused.status, Status::unavailable);
  EXPECT_GT(refused.retry_after.count(), 0);
  EXPECT_EQ(ask({Query::Kind::snapshot, {}}).status, Status::ok);
  const auto pruned = service_->prune();
  ASSERT_FALSE(pruned) << "nobody's silence counts now";
  EXPECT_TRUE(pruned.error().is(Errc::store_lost));
  EXPECT_EQ(service_->roster().listed_count(), 1U);
  controls_->fails = false;
  run_until([&] { return service_->healthy(); });
  EXPECT_EQ(tell(relay_, testing::heartbeat_of(mine, 2, now())).status, Status::ok)
      << "the number was not used up";
}

TEST_F(ServiceStoreTest, takes_over_what_another_directory_has_stored) {
  bring({record_of(relay_, now())});
  run_until([&] { return service_->roster().listed_count() == 1; });
}

TEST_F(ServiceStoreTest, a_restart_brings_back_who_lived_and_not_who_was_silent) {
  const auto stopped = now() - 3h;
  controls_->kept = {record_of(relay_, stopped), record_of(identity(53), stopped - 14min),
                     record_of(identity(54), stopped - 16min)};
  const auto again = start_another();
  EXPECT_EQ(again->roster().listed_count(), 2U);
  EXPECT_EQ(again->roster().find(identity(54).signing.public_key), nullptr);
  again->stop();
}

TEST_F(ServiceStoreTest, one_row_from_the_future_makes_nobody_old) {
  controls_->kept = {record_of(relay_, now()), record_of(identity(53), now() + 24h)};
  const auto again = start_another();
  EXPECT_EQ(again->roster().listed_count(), 2U);
  again->stop();
}

TEST_F(ServiceStoreTest, a_restart_remembers_the_numbers_of_the_silent_and_the_departed) {
  auto departed = record_of(identity(53), now() - 1h, 7);
  departed.departed = true;
  controls_->kept = {record_of(relay_, now()), departed, record_of(identity(54), now() - 16min, 7)};
  service_->stop();
  service_ = start_another();
  for (const std::uint64_t seed : {53U, 54U}) {
    const auto keys = identity(seed);
    EXPECT_EQ(tell(keys, testing::registration_of(descriptor(keys), 7, now())).status, Status::unauthorised);
  }
}

TEST_F(ServiceStoreTest, a_row_that_is_given_again_after_long_brings_nobody_back) {
  bring({record_of(relay_, now())});
  run_until([&] { return service_->roster().listed_count() == 1; });
  bring({record_of(identity(53), now() - 12min)});
  run_for(1500ms);
  EXPECT_EQ(service_->roster().size(), 1U);
}

TEST_F(ServiceStoreTest, pruning_has_the_store_forget_old_rows) {
  ASSERT_TRUE(service_->prune());
  run_until([&] { return controls_->forgettings > 0; });
}

}  // namespace
}  // namespace qnet::directory
