// Measuring over a real loopback connection.
#include <gtest/gtest.h>

#include "overlay/measure/ask.hpp"
#include "overlay/measure/messages.hpp"
#include "overlay/measure/service.hpp"
#include "overlay/session/testing/session_fixture.hpp"

namespace qnet::measure {
namespace {

using net::Task;

class MeasureTest : public session::testing::Sessions {
 protected:
  /// A session whose far end knows this one as `standing`.
  void connect(Standing standing) {
    net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    asker_ = session::Session::start(link_over(std::move(near), keys(3, 4)), mux::Role::initiator, {});
    auto handler = measure_handler(allowance_, [standing](const crypto::X25519Public&) { return standing; });
    relay_ = session::Session::start(link_over(std::move(far), keys(4, 3)), mux::Role::responder,
                                     {{kMeasureProtocol, std::move(handler)}});
  }
  std::optional<std::uint64_t> measured(std::size_t steps = RunLimits::steps.size()) {
    std::optional<std::uint64_t> rate;
    run([](std::shared_ptr<session::Session> session, std::size_t most, base::RandomSource& source,
           std::optional<std::uint64_t>& found) -> Task<void> {
      found = co_await measure(std::move(session), most, source);
    }(asker_, steps, random, rate));
    return rate;
  }
  std::shared_ptr<Allowance> allowance_ = std::make_shared<Allowance>();
  std::shared_ptr<session::Session> asker_;
  std::shared_ptr<session::Session> relay_;
};

TEST_F(MeasureTest, finds_a_rate_for_those_who_may_ask) {
  connect(Standing::directory);
  EXPECT_GT(measured().value_or(0), 0U);
  run_until([this] { return asker_->stream_count() == 0 && relay_->stream_count() == 0; });
  EXPECT_TRUE(asker_->usable());
}

TEST_F(MeasureTest, finds_nothing_where_the_other_side_gives_nothing) {
  connect(Standing::stranger);
  EXPECT_FALSE(measured());
  EXPECT_TRUE(asker_->usable()) << "a refusal ends no session";
}

TEST_F(MeasureTest, finds_nothing_where_the_protocol_is_not_spoken) {
  asker_ = initiator;
  EXPECT_FALSE(measured());
}

TEST_F(MeasureTest, waits_while_another_one_measures) {
  connect(Standing::directory);
  auto other = allowance_->take({9}, Standing::directory, 1, std::chrono::steady_clock::now(), [] {});
  ASSERT_TRUE(other.slot);
  std::optional<std::uint64_t> rate;
  boost::asio::co_spawn(
      io,
      [](std::shared_ptr<session::Session> session, base::RandomSource& source,
         std::optional<std::uint64_t>& found) -> Task<void> {
        found = co_await measure(std::move(session), 1, source);
      }(asker_, random, rate),
      boost::asio::detached);
  run_until([this] { return relay_->stream_count() == 1; });
  EXPECT_FALSE(rate);
  other.slot.reset();
  run_until([&rate] { return rate.has_value(); });
}

TEST_F(MeasureTest, is_refused_when_the_hour_is_used_up) {
  connect(Standing::relay);
  EXPECT_TRUE(measured());
  EXPECT_TRUE(measured());
  while (measured(1)) {
  }
  EXPECT_FALSE(measured());
}

TEST_F(MeasureTest, gives_nothing_for_a_question_that_is_none) {
  connect(Standing::directory);
  auto opened = asker_->open(kMeasureProtocol, base::Bytes{0, 1, 0xff});
  ASSERT_TRUE(opened);
  run([](session::Stream& stream) -> Task<void> {
    EXPECT_TRUE((co_await session::testing::read_to_end(stream)).empty());
  }(**opened));
}

TEST_F(MeasureTest, ends_with_its_session) {
  connect(Standing::directory);
  relay_->close();
  EXPECT_FALSE(measured());
}

}  // namespace
}  // namespace qnet::measure
