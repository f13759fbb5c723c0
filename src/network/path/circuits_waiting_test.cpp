// Requests that wait for what comes back: a circuit, an exit's place, a guard.
#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::RelayNetwork;

class WaitingTest : public RelayNetwork {
 protected:
  [[nodiscard]] bool doubted() const {
    return std::ranges::any_of(circuits_->circuits(), &CircuitStatus::doubted);
  }
  [[nodiscard]] std::size_t building() const {
    const auto all = circuits_->circuits();
    return static_cast<std::size_t>(
        std::ranges::count(all, PoolCircuit::State::building, &CircuitStatus::state));
  }
};

TEST_F(WaitingTest, are_served_as_soon_as_a_silent_circuit_brings_something) {
  make_client();
  const auto first = lease();
  EXPECT_TRUE(echoes(first, 10));
  circuits_->worked(first);
  const auto& frost = relays_.at(number_of(first.exit))->frost;
  frost->freeze();
  const auto in_vain = lease();
  ASSERT_EQ(in_vain.session, first.session);
  const auto stream = in_vain.session->open("/test/echo/1", {});
  run_until([&] { return doubted(); });
  // Nothing else can be built. When the second build has begun, no timer looks at the circuit until it is
  // late.
  for (std::size_t n = 0; n < kRelays; ++n) hanging_.insert(n);
  const auto waits = ask();
  run_until([&] { return building() >= 2; });
  ASSERT_FALSE(net::testing::comes_true(io_, [&] { return waits->over; }, 100ms));
  frost->thaw();
  ASSERT_TRUE(net::testing::comes_true(io_, [&] { return waits->over; }, PoolLimits::late - 500ms));
  ASSERT_TRUE(waits->lease);
  EXPECT_EQ(waits->lease->session, first.session);
}

TEST_F(WaitingTest, get_a_place_at_the_only_exit_of_a_country_when_it_is_free_again) {
  relays_.front()->listed.country.code = "SE";
  list_ = list_at(kNow);
  make_client();
  const CircuitWish wish{.countries = {"SE"}};
  const auto first = lease(wish);
  EXPECT_TRUE(echoes(first, 10));
  circuits_->declined(first, Decline::full, 443);
  const auto waits = ask(wish);
  const auto hurried = ask({.countries = {"SE"}, .wait = 1s});
  run_until([&] { return hurried->over; });
  EXPECT_TRUE(hurried->lease.error().is(Errc::exits_full));
  EXPECT_EQ(hurried->lease.error().message(),
            "every exit that may be used is full; try again in a few seconds: SE");
  EXPECT_FALSE(waits->over);
  run_until([&] { return waits->over; });
  ASSERT_TRUE(waits->lease);
  EXPECT_EQ(waits->lease->exit, first.exit);
  EXPECT_EQ(circuits_->problem(), "");
}

TEST_F(WaitingTest, are_refused_when_no_guard_can_answer_in_their_time) {
  make_client();
  circuits_->start(1);
  const auto all = guards();
  dead_ = {all.begin(), all.end()};
  const auto asked = ask();
  run_until([&] { return dialled_.size() >= all.size() * GuardLimits::variations; });
  // The next attempts are a minute away.
  ASSERT_TRUE(net::testing::comes_true(io_, [&] { return asked->over; }, 5s));
  EXPECT_TRUE(asked->lease.error().is(Errc::no_guard));
}

}  // namespace
}  // namespace qnet::path
