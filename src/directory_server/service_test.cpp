#include "directory_server/service.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/testing/seeded_random.hpp"
#include "directory/packing.hpp"
#include "directory/testing/relays.hpp"
#include "directory_server/testing/failing_store.hpp"

namespace qnet::directory {
namespace {

using testing::FailingStore;

WallTime now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    ServiceHooks hooks;
    hooks.knock = [this](std::shared_ptr<const SignedDescriptor> descriptor) {
      return knock(std::move(descriptor));
    };
    hooks.country_of = [](const exit::IpAddress&) { return std::optional<std::string>("NO"); };
    Roster::Options options;
    options.shortest_interval = std::chrono::seconds(0);
    service_ = *Service::start(io_, operator_.clone(), options, std::make_unique<FailingStore>(controls_),
                               std::move(hooks), random_);
  }
  ~ServiceTest() override {
    service_->stop();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
  }

  net::Task<Knock> knock(std::shared_ptr<const SignedDescriptor> descriptor) {
    Knock knock;
    ++knocks_;
    knock.answered = answers_;
    if (answers_) knock.at = exit::IpAddress::parse(descriptor->descriptor().addresses[0].host);
    co_return knock;
  }

  template <class Condition>
  void run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(5));
    }
    ASSERT_TRUE(condition());
  }
  Answer ask(Query query) {
    std::optional<Answer> answered;
    auto task = [](std::shared_ptr<Service> service, Query asked,
                   std::optional<Answer>* to) -> net::Task<void> {
      *to = co_await service->answer(std::move(asked));
    };
    boost::asio::co_spawn(io_, task(service_, std::move(query), &answered), boost::asio::detached);
    run_until([&] { return answered.has_value(); });
    return *answered;
  }
  [[nodiscard]] SignedDescriptor descriptor(const mesh::Identity& keys) const {
    auto descriptor = testing::descriptor_of(keys);
    descriptor.issued = now();
    descriptor.expires = now() + std::chrono::hours(1);
    return SignedDescriptor::sign(descriptor, keys);
  }
  Answer tell(const mesh::Identity& keys, const Registration& registration) {
    return ask({Query::Kind::registration, registration.sign(keys)});
  }

  boost::asio::io_context io_;
  base::testing::SeededRandom random_{7};
  mesh::Identity operator_ = testing::identity(50);
  mesh::Identity relay_ = testing::identity(51);
  std::shared_ptr<FailingStore::Controls> controls_ = std::make_shared<FailingStore::Controls>();
  std::shared_ptr<Service> service_;
  bool answers_ = true;
  int knocks_ = 0;
};

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
  run_until([&] { return knocks_ == 1; });
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

TEST_F(ServiceTest, while_the_store_is_lost_reads_go_on_and_writes_are_put_off) {
  const auto mine = descriptor(relay_);
  (void)tell(relay_, testing::registration_of(mine, 1, now()));
  run_until([&] { return service_->roster().listed_count() == 1; });
  controls_->fails = true;
  run_until([&] { return !service_->healthy(); });
  const auto refused = tell(relay_, testing::heartbeat_of(mine, 2, now()));
  EXPECT_EQ(refused.status, Status::unavailable);
  EXPECT_GT(refused.retry_after.count(), 0);
  EXPECT_EQ(ask({Query::Kind::snapshot, {}}).status, Status::ok);
  EXPECT_EQ(service_->prune(), 0U);
  EXPECT_EQ(service_->roster().listed_count(), 1U);
  controls_->fails = false;
  run_until([&] { return service_->healthy(); });
  EXPECT_EQ(tell(relay_, testing::heartbeat_of(mine, 2, now())).status, Status::ok)
      << "the number was not used up";
}

TEST_F(ServiceTest, takes_over_what_another_directory_has_stored) {
  const auto mine = descriptor(relay_);
  Record record{
      relay_.signing.public_key, {mine.wire().begin(), mine.wire().end()}, 1, now(), now(), true, {}, false};
  {
    const std::scoped_lock lock(controls_->mutex);
    controls_->news = {record};
  }
  run_until([&] { return service_->roster().listed_count() == 1; });
}

TEST_F(ServiceTest, a_restart_brings_back_who_lived_and_not_who_was_silent) {
  const auto record_of = [&](const mesh::Identity& keys, WallTime last_seen) {
    const auto signed_one = descriptor(keys);
    return Record{keys.signing.public_key,
                  {signed_one.wire().begin(), signed_one.wire().end()},
                  1,
                  last_seen,
                  last_seen,
                  true,
                  {},
                  false};
  };
  const auto stopped = now() - std::chrono::hours(3);
  controls_->kept = {record_of(relay_, stopped),
                     record_of(testing::identity(53), stopped - std::chrono::seconds(60)),
                     record_of(testing::identity(54), stopped - std::chrono::seconds(200))};
  const auto again =
      *Service::start(io_, operator_.clone(), {}, std::make_unique<FailingStore>(controls_), {}, random_);
  EXPECT_EQ(again->roster().listed_count(), 2U);
  EXPECT_EQ(again->roster().find(testing::identity(54).signing.public_key), nullptr);
  again->stop();
}

TEST_F(ServiceTest, refuses_what_is_no_registration) {
  EXPECT_EQ(ask({Query::Kind::registration, {1, 2, 3}}).status, Status::bad_request);
  EXPECT_EQ(tell(testing::identity(52), testing::registration_of(descriptor(relay_), 1, now())).status,
            Status::unauthorised);
  EXPECT_EQ(service_->counters().refused, 2U);
}

}  // namespace
}  // namespace qnet::directory
