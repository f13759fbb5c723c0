#include "node/rate_reporter.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::node {
namespace {

using namespace std::chrono_literals;
using directory::RelayRate;
using directory::testing::identity;

class RateReporterTest : public ::testing::Test {
 protected:
  ~RateReporterTest() override {
    if (reporter_) reporter_->stop();
    io_.restart();
    io_.run_for(20ms);
  }
  void start() {
    RateReporter::Hooks hooks;
    hooks.draw = [this](std::size_t most) {
      asked_for_ = most;
      std::vector<peer::PeerId> peers;
      for (std::uint64_t n = 1; n <= 3; ++n) peers.push_back(identity(n).peer_id());
      return peers;
    };
    hooks.measure = [this](peer::PeerId peer) { return measure(peer); };
    hooks.report = [this](std::vector<RelayRate> rates) -> net::Task<void> {
      reports_.push_back(std::move(rates));
      co_return;
    };
    RateReporterLimits limits;
    limits.round = limits.pause = 1ms;
    limits.round_jitter = limits.pause_jitter = 0ms;
    reporter_ = RateReporter::start(io_.get_executor(), std::move(hooks), random_, limits);
  }
  net::Task<std::optional<std::uint64_t>> measure(peer::PeerId peer) {
    std::optional<std::uint64_t> rate;
    if (peer != silent_) rate = 5'000;
    co_return rate;
  }
  boost::asio::io_context io_;
  base::testing::SeededRandom random_{4};
  std::shared_ptr<RateReporter> reporter_;
  peer::PeerId silent_ = identity(9).peer_id();
  std::size_t asked_for_ = 0;
  std::vector<std::vector<RelayRate>> reports_;
};

TEST_F(RateReporterTest, measures_some_relays_each_round_and_reports_them_in_order) {
  start();
  ASSERT_TRUE(net::testing::comes_true(io_, [this] { return reports_.size() >= 2; }));
  EXPECT_EQ(asked_for_, RateReporterLimits().relays);
  EXPECT_EQ(reports_[0].size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(reports_[0], {}, &RelayRate::peer));
  const directory::RateReport report{identity(1).peer_id(), directory::testing::kNow, reports_[0]};
  EXPECT_TRUE(directory::RateReport::parse(report.sign(identity(1))));
}

TEST_F(RateReporterTest, leaves_out_who_gives_nothing) {
  silent_ = identity(2).peer_id();
  start();
  ASSERT_TRUE(net::testing::comes_true(io_, [this] { return !reports_.empty(); }));
  EXPECT_EQ(reports_[0].size(), 2U);
}

}  // namespace
}  // namespace qnet::node
