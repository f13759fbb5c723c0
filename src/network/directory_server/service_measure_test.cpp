// A directory measures the relays that answer its checks.
#include "network/directory_server/testing/service_fixture.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::identity;

class ServiceMeasures : public testing::ServiceTest {
 protected:
  ServiceMeasures() {
    measure_ = [this] { return take_one(); };
  }
  net::Task<std::optional<Rate>> take_one() {
    ++begun_;
    most_at_once_ = std::max(most_at_once_, ++now_);
    boost::asio::steady_timer pause(io_);
    while (measuring_) {
      pause.expires_after(1ms);
      (void)co_await pause.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    --now_;
    co_return rate_;
  }
  [[nodiscard]] Rate listed_rate(const PeerKey& peer) const {
    const auto* const entry = service_->roster().find(peer);
    return entry == nullptr ? 0 : entry->measured;
  }
  bool measuring_ = false;
  std::optional<Rate> rate_ = 5'000'000;
  int begun_ = 0;
  int now_ = 0;
  int most_at_once_ = 0;
};

TEST_F(ServiceMeasures, a_relay_that_answers_and_lists_its_rate) {
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, testing::now()));
  run_until([&] { return listed_rate(relay_.signing.public_key) == 5'000'000; });
  EXPECT_EQ(service_->counters().measured, 1U);
}

TEST_F(ServiceMeasures, nobody_that_does_not_answer) {
  answers_ = false;
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, testing::now()));
  run_until([&] { return probes_ == 1; });
  run_for(20ms);
  EXPECT_EQ(begun_, 0);
}

TEST_F(ServiceMeasures, few_side_by_side_and_lists_all_meanwhile) {
  measuring_ = true;
  register_relays(10);
  run_until([&] { return service_->roster().listed_count() == 10; });
  EXPECT_EQ(begun_, static_cast<int>(ServiceLimits::measured_at_once));
  measuring_ = false;
  run_until([&] { return service_->counters().measured == 10; });
  EXPECT_EQ(most_at_once_, static_cast<int>(ServiceLimits::measured_at_once));
}

TEST_F(ServiceMeasures, and_hears_what_listed_relays_report) {
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, testing::now()));
  run_until([&] { return listed_rate(relay_.signing.public_key) > 0; });
  const RateReport report{relay_.peer_id(), testing::now(), {{PeerKey{1}, 1'000}}};
  EXPECT_EQ(ask({Query::Kind::rates, report.sign(relay_)}).status, Status::ok);
  EXPECT_EQ(service_->counters().reports, 1U);
  EXPECT_EQ(ask({Query::Kind::rates, report.sign(relay_)}).status, Status::too_many);
  EXPECT_EQ(ask({Query::Kind::rates, report.sign(operator_)}).status, Status::unauthorised);
  EXPECT_EQ(ask({Query::Kind::rates, {1, 2}}).status, Status::bad_request);
}

TEST_F(ServiceMeasures, and_lists_a_relay_that_gives_nothing_as_the_slowest) {
  rate_.reset();
  (void)tell(relay_, testing::registration_of(descriptor(relay_), 1, testing::now()));
  run_until([&] { return listed_rate(relay_.signing.public_key) == kGaveNothing; });
  EXPECT_EQ(service_->counters().measured, 0U);
  EXPECT_EQ(service_->roster().listed_count(), 1U);
}

TEST_F(ServiceMeasures, may_be_stopped_meanwhile) {
  measuring_ = true;
  register_relays(6);
  run_until([&] { return begun_ > 0; });
  service_->stop();
  measuring_ = false;
  run_until([&] { return now_ == 0; });
  EXPECT_EQ(service_->counters().measured, 0U);
}

}  // namespace
}  // namespace qnet::directory
