// Measuring over a real loopback connection, also of a relay that lies.
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "overlay/measure/ask.hpp"
#include "overlay/measure/messages.hpp"
#include "overlay/measure/service.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/testing/session_fixture.hpp"

namespace qnet::measure {
namespace {

using net::Task;

class MeasureTest : public session::testing::Sessions {
 protected:
  /// A session whose far end knows this one as `standing`.
  void connect(Standing standing) {
    connect(measure_handler(allowance_, [standing](const crypto::X25519Public&) { return standing; }));
  }
  void connect(session::Handler handler) {
    net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    asker_ = session::Session::start(link_over(std::move(near), keys(3, 4)), mux::Role::initiator, {});
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
  auto other = allowance_->take({{9}, Standing::directory}, 1, [] {});
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
  EXPECT_TRUE(measured(RunLimits::of_neighbours));
  while (measured(1)) {
  }
  EXPECT_FALSE(measured(1));
}

TEST_F(MeasureTest, ends_the_turn_of_a_peer_that_takes_nothing_when_its_time_is_used_up) {
  Allowance::TimePoint now{std::chrono::hours(1)};
  allowance_ = std::make_shared<Allowance>([&now] { return now; });
  connect(Standing::directory);
  const Asker lazy{asker_->facts().peer_key, Standing::directory};
  {
    const auto before = allowance_->take(lazy, 1, [] {});
    ASSERT_TRUE(before.slot);
    now += AllowanceLimits::held - std::chrono::milliseconds(50);
  }
  const Amount amount{RunLimits::steps.back()};
  auto stream = asker_->open(kMeasureProtocol, amount.encode());
  ASSERT_TRUE(stream);
  run([](session::Stream& opened) -> Task<void> {
    const auto answer = co_await peer::read_message<Amount>(opened);
    EXPECT_TRUE(answer && answer->bytes > 0);
  }(**stream));
  run_until([this] { return allowance_->take({{8}, Standing::directory}, 1, [] {}).slot != nullptr; });
}

/// A relay of somebody's own: reads the question, and does what it likes.
class LyingRelay : public MeasureTest {
 protected:
  using Part = std::function<Task<void>(session::Stream&, std::uint64_t)>;
  void lie(Part part) {
    connect([this, part = std::move(part)](std::unique_ptr<session::Stream> stream) {
      return answer(std::move(stream), part, asked_);
    });
  }
  static Task<void> answer(std::unique_ptr<session::Stream> stream, Part part, int& asked) {
    const auto question = co_await peer::read_message<Amount>(*stream);
    if (!question) co_return;
    ++asked;
    const auto wire = question->encode();
    (void)co_await net::write_all(*stream, wire);
    co_await part(*stream, question->bytes);
    co_await net::finish_and_drain(*stream);
  }
  static Task<base::Bytes> pattern_of(session::Stream& stream, std::uint64_t bytes) {
    Seed seed{};
    for (std::size_t have = 0; have < seed.size();) {
      const auto got = co_await net::read_some(stream, base::MutableBytes(seed).subspan(have));
      if (!got || *got == 0) co_return base::Bytes();
      have += *got;
    }
    base::Bytes made(bytes);
    Pattern::fill(seed, made);
    co_return made;
  }
  static Task<void> pause(session::Stream& stream, std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(stream.executor(), time);
    (void)co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  int asked_ = 0;
};

TEST_F(LyingRelay, that_sends_before_it_is_told_to_begin_is_measured_as_nothing) {
  lie([](session::Stream& stream, std::uint64_t bytes) -> Task<void> {
    const base::Bytes early(bytes);
    (void)co_await net::write_all(stream, early);
  });
  EXPECT_FALSE(measured());
  EXPECT_EQ(asked_, 1);
}

constexpr auto kStall = std::chrono::milliseconds(300);

TEST_F(LyingRelay, that_stalls_at_the_half_is_asked_for_more_and_measured_by_the_whole) {
  lie([](session::Stream& stream, std::uint64_t bytes) -> Task<void> {
    const auto all = co_await pattern_of(stream, bytes);
    const auto half = all.size() / 2;
    co_await pause(stream, kStall);
    (void)co_await net::write_all(stream, base::ByteView(all).first(half));
    (void)co_await net::write_all(stream, base::ByteView(all).subspan(half));
  });
  const auto rate = measured(2);
  ASSERT_TRUE(rate);
  EXPECT_EQ(asked_, 2) << "the stall is no reason to stop at the smallest size";
  const auto most = static_cast<double>(RunLimits::steps[1]) * 1.5;
  EXPECT_LE(static_cast<double>(*rate), most / std::chrono::duration<double>(kStall).count());
}

TEST_F(LyingRelay, that_gives_less_than_it_said_is_measured_as_nothing) {
  lie([](session::Stream& stream, std::uint64_t bytes) -> Task<void> {
    const auto all = co_await pattern_of(stream, bytes);
    (void)co_await net::write_all(stream, base::ByteView(all).first(all.size() - 1));
  });
  EXPECT_FALSE(measured());
}

TEST_F(LyingRelay, that_refuses_what_would_show_its_rate_is_measured_as_nothing) {
  lie([](session::Stream& stream, std::uint64_t bytes) -> Task<void> {
    const auto all = co_await pattern_of(stream, bytes);
    if (bytes >= RunLimits::steps[2]) co_return stream.reset();
    (void)co_await net::write_all(stream, all);
  });
  EXPECT_FALSE(measured());
  EXPECT_EQ(asked_, 3);
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
