#include "network/directory_server/service.hpp"

#include <gtest/gtest.h>

#include "network/directory/packing.hpp"
#include "network/directory_server/testing/service_fixture.hpp"

namespace qnet::directory {
namespace {

using testing::now;
class ServiceTest : public testing::ServiceTest {};

TEST_F(ServiceTest, lists_a_relay_that_answers_with_its_country_by_the_database) {
  const auto mine = descriptor(relay_);
  EXPECT_EQ(tell(relay_, testing::registration_of(mine, 1, now())).status, Status::accepted);
  run_until([&] { return service_->roster().listed_count() == 1; });
  EXPECT_EQ(service_->roster().listed("NO").size(), 1U);
  EXPECT_EQ(tell(relay_, testing::heartbeat_of(mine, 2, now())).status, Status::ok);
  // The registration, the check's outcome, the heartbeat.
  run_until([&] { return controls_->records == 3; });
}

TEST_F(ServiceTest, does_not_list_a_relay_that_does_not_answer) {
  answers_ = false;
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, now()));
  run_until([&] { return probes_ == 1; });
  EXPECT_EQ(service_->roster().listed_count(), 0U);
}

TEST_F(ServiceTest, gives_a_list_once_and_then_only_its_header) {
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, now()));
  run_until([&] { return service_->roster().listed_count() == 1; });
  const auto whole = ask({Query::Kind::snapshot, {}});
  ASSERT_EQ(whole.status, Status::ok);
  const auto header = SnapshotHeader::parse(whole.header);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->directory, operator_.peer_id());
  const auto list = open_list(*header, *whole.list);
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_EQ(list->size(), 1U);
  const auto again = ask({Query::Kind::snapshot, {header->list.begin(), header->list.end()}});
  EXPECT_EQ(again.status, Status::not_modified);
  EXPECT_EQ(again.list, nullptr);
  EXPECT_LT(again.encode_before_list().size(), 200U);
}

TEST_F(ServiceTest, a_probe_that_throws_gives_its_slot_back) {
  throws_ = true;
  register_relays(ServiceLimits::probes);
  run_until([&] { return probes_ == static_cast<int>(ServiceLimits::probes); });
  throws_ = false;
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, now()));
  run_until([&] { return service_->roster().listed_count() == 1; });
}

TEST_F(ServiceTest, a_relay_that_waits_for_a_slot_is_probed_when_one_is_free) {
  holds_ = true;
  register_relays(ServiceLimits::probes);
  run_until([&] { return probes_ == static_cast<int>(ServiceLimits::probes); });
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, now()));
  run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(probes_, static_cast<int>(ServiceLimits::probes));
  holds_ = false;  // nothing else happens, and the sweep is a minute away
  run_until([&] { return service_->roster().listed_count() == ServiceLimits::probes + 1; });
}

class ServiceExpiryTest : public testing::ServiceTest {
 protected:
  ServiceExpiryTest()
      : testing::ServiceTest([] {
          auto options = default_options();
          options.expiry = std::chrono::seconds(1);
          return options;
        }()) {}
};

TEST_F(ServiceExpiryTest, drops_a_silent_relay_at_its_time_and_not_with_the_next_sweep) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(tell(relay_, testing::registration_of(descriptor(relay_), 1, now())).status, Status::accepted);
  run_until([&] { return service_->roster().size() == 0; });
  EXPECT_LT(std::chrono::steady_clock::now() - start, ServiceLimits::sweep / 2);
}

TEST_F(ServiceTest, a_goodbye_from_nobody_is_answered_and_not_stored) {
  const auto goodbye = [&] {
    auto registration = testing::goodbye_of(descriptor(relay_), 1);
    registration.time = now();
    return registration;
  }();
  EXPECT_EQ(tell(relay_, goodbye).status, Status::ok);
  run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(controls_->records, 0);
}

TEST_F(ServiceTest, refuses_what_is_no_registration) {
  EXPECT_EQ(ask({Query::Kind::registration, {1, 2, 3}}).status, Status::bad_request);
  EXPECT_EQ(tell(testing::identity(52), testing::registration_of(descriptor(relay_), 1, now())).status,
            Status::unauthorised);
  EXPECT_EQ(service_->counters().refused, 2U);
}

}  // namespace
}  // namespace qnet::directory
