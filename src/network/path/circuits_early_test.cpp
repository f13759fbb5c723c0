// The request that travels with a circuit's first message.
#include "foundation/net/unless.hpp"
#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using testing::RelayNetwork;

class EarlyTest : public RelayNetwork {
 protected:
  EarlyTest() { make_client(); }

  [[nodiscard]] static std::shared_ptr<const EarlyRequest> early(std::string_view text = "hello") {
    const auto bytes = base::bytes_of(text);
    return std::make_shared<const EarlyRequest>("/test/echo/1", base::Bytes(bytes.begin(), bytes.end()));
  }
  Circuits::Lease lease_of(const std::shared_ptr<Asked>& asked) {
    run_until([&] { return asked->over; });
    EXPECT_TRUE(asked->lease) << asked->lease.error().message();
    return std::exchange(asked->lease, base::fail(Errc::stopped)).value();
  }
  /// What the exit answers on the stream that was opened early.
  std::string answer_on(session::Stream& stream, std::size_t size) {
    base::Bytes back;
    run_until([&] {
      base::Bytes chunk(1024);
      if (const auto got = stream.try_read(chunk)) base::append(back, base::ByteView(chunk).first(*got));
      return back.size() >= size;
    });
    return std::string(base::text_of(back));
  }
};

TEST_F(EarlyTest, a_request_is_at_the_exit_before_the_client_knows_that_the_circuit_stands) {
  const auto asked = ask({}, early());
  std::optional<bool> stood;
  on_opened_ = [&] { stood = asked->over; };
  const auto got = lease_of(asked);
  EXPECT_EQ(stood, false);
  ASSERT_TRUE(got.early);
  EXPECT_EQ(answer_on(**got.early, 5), "hello");
  EXPECT_EQ(opened_.size(), 1U) << "and nobody has opened it again";
  circuits_->worked(got);
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{1, 1})) << "as any other circuit";
}

TEST_F(EarlyTest, a_request_that_comes_while_the_guard_is_dialled_travels_with_a_spare) {
  dial_waits_ = std::make_shared<net::Signal>(io_.get_executor());
  circuits_->start(3);
  const auto asked = ask({}, early());
  io_.poll();  // it waits for a circuit that waits for its guard
  std::exchange(dial_waits_, nullptr)->notify();
  const auto got = lease_of(asked);
  ASSERT_TRUE(got.early);
  EXPECT_EQ(answer_on(**got.early, 5), "hello");
  EXPECT_EQ(opened_.size(), 1U);
}

TEST_F(EarlyTest, nothing_travels_for_somebody_who_has_left) {
  dial_waits_ = std::make_shared<net::Signal>(io_.get_executor());
  circuits_->start(3);
  net::Stop stop;
  const auto leaves = [&]() -> net::Task<void> {
    auto asking = circuits_->session({.port = 443}, early());
    (void)co_await net::unless(stop, std::move(asking));
  };
  bool left = false;
  testing::asio::co_spawn(io_, leaves(), [&](const std::exception_ptr&) { left = true; });
  io_.poll();
  stop.now();
  run_until([&] { return left; });
  std::exchange(dial_waits_, nullptr)->notify();
  run_until([&] { return ready(true) + ready(false) >= 2; });
  EXPECT_EQ(opened_.size(), 0U);
}

TEST_F(EarlyTest, a_request_takes_a_circuit_that_stands_and_is_not_sent_ahead) {
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  const auto got = lease_of(ask({}, early()));
  EXPECT_FALSE(got.early);
  EXPECT_EQ(opened_.size(), 0U);
}

TEST_F(EarlyTest, the_others_who_wait_share_the_circuit) {
  const auto first = ask({}, early("first"));
  const auto second = ask({}, early("second"));
  const auto one = lease_of(first);
  const auto other = lease_of(second);
  EXPECT_EQ(one.session, other.session);
  EXPECT_TRUE(one.early);
  EXPECT_FALSE(other.early) << "one request for each first message";
  EXPECT_TRUE(echoes(other, 1000));
}

TEST_F(EarlyTest, requests_of_many_that_are_isolated_travel_with_one_circuit_each) {
  std::vector<std::shared_ptr<Asked>> asked;
  for (int i = 0; i < 4; ++i)
    asked.push_back(ask({.isolation = std::to_string(i)}, early(std::to_string(i))));
  std::set<session::Session*> sessions;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    leases_.push_back(lease_of(asked[i]));
    sessions.insert(leases_.back().session.get());
    ASSERT_TRUE(leases_.back().early) << i;
    EXPECT_EQ(answer_on(**leases_.back().early, 1), std::to_string(i));
  }
  EXPECT_EQ(sessions.size(), 4U);
}

TEST_F(EarlyTest, a_request_is_not_sent_ahead_again_when_its_circuit_is_late) {
  for (std::size_t exit = 0; exit < kExits; ++exit) relays_[exit]->frost->deafen();
  on_opened_ = [this] {
    on_opened_ = nullptr;
    for (std::size_t exit = 0; exit < kExits; ++exit)
      if (exit != opened_.front()) relays_[exit]->frost->thaw();
  };
  const auto got = lease_of(ask({}, early()));
  ASSERT_EQ(opened_.size(), 1U);
  EXPECT_NE(number_of(got.exit), opened_.front());
  EXPECT_FALSE(got.early) << "the exit of the late one has it, and no other";
  EXPECT_TRUE(echoes(got, 1000)) << "it is asked as usual";
}

TEST_F(EarlyTest, a_lease_that_is_dropped_resets_what_was_opened) {
  leases_.push_back(lease_of(ask({}, early())));
  ASSERT_TRUE(leases_.front().early);
  EXPECT_EQ(answer_on(**leases_.front().early, 5), "hello");
  const auto session = leases_.front().session;
  EXPECT_EQ(session->stream_count(), 1U);
  leases_.clear();
  EXPECT_EQ(session->stream_count(), 0U);
}

}  // namespace
}  // namespace qnet::path
