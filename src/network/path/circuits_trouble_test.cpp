// Circuits in trouble: silence, a wrong clock, an old list, a damaged file.
#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::RelayNetwork;

class TroubleTest : public RelayNetwork {
 protected:
  /// The guards that there are once it has started.
  std::vector<std::size_t> guards_after_start(std::size_t hops) {
    circuits_->start(hops);
    return guards();
  }
  /// Of a circuit through which data came.
  Circuits::Lease used_lease(CircuitWish wish = {}) {
    auto got = lease(std::move(wish));
    EXPECT_TRUE(echoes(got, 10));
    circuits_->worked(got);
    return got;
  }
  [[nodiscard]] bool doubted(const Circuits::Lease& lease) const {
    const auto all = circuits_->circuits();
    return std::ranges::any_of(all, [&](const CircuitStatus& one) {
      return !one.clean && one.hops.back().peer == lease.exit && one.doubted;
    });
  }
};

TEST_F(TroubleTest, new_requests_leave_a_silent_exit_within_two_seconds) {
  make_client();
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  const auto first = lease();
  EXPECT_TRUE(echoes(first, 10));
  circuits_->worked(first);
  relays_.at(number_of(first.exit))->frost->freeze();
  const auto asked_in_vain = lease();
  ASSERT_EQ(asked_in_vain.session, first.session);
  run_until([&] { return doubted(first); });
  const auto moved = lease();
  EXPECT_NE(moved.session, first.session);
  // A spare may end at the same exit: then this is found out in the same way.
  if (moved.exit != first.exit) {
    EXPECT_TRUE(echoes(moved, 1000));
  }
  // It brings something, and is taken again.
  const auto stream = first.session->open("/test/echo/1", {});
  const auto thawed = std::chrono::steady_clock::now();
  relays_.at(number_of(first.exit))->frost->thaw();
  run_until([&] { return first.session->last_heard() > thawed; });
  EXPECT_EQ(lease().session, first.session);
}

TEST_F(TroubleTest, an_exit_that_is_told_to_be_silent_is_left) {
  make_client();
  const auto first = lease();
  EXPECT_TRUE(echoes(first, 10));
  circuits_->silent(first);
  for (int i = 0; i < 5; ++i) {
    const auto next = lease({.isolation = std::to_string(i)});
    EXPECT_NE(next.exit, first.exit);
    leases_.push_back(next);
  }
  EXPECT_NE(lease().session, first.session);
}

TEST_F(TroubleTest, a_circuit_that_takes_no_more_streams_is_not_handed_out) {
  make_client();
  const auto first = lease();
  const auto stream = first.session->open("/test/echo/1", {});
  first.session->drain();
  ASSERT_TRUE(first.session->alive());
  const auto next = lease();
  EXPECT_NE(next.session, first.session);
  EXPECT_TRUE(echoes(next, 1000));
}

TEST_F(TroubleTest, an_exit_that_is_full_gets_no_other_requests_of_the_kind) {
  make_client();
  const auto first = lease();
  circuits_->declined(first, Decline::port_not_served, 443);
  for (int i = 0; i < 5; ++i) {
    const auto next = lease({.isolation = std::to_string(i)});
    EXPECT_NE(next.exit, first.exit);
    leases_.push_back(next);
  }
}

TEST_F(TroubleTest, new_requests_leave_a_silent_guard_and_all_circuits_through_it) {
  make_client();
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  const auto first = lease();
  EXPECT_TRUE(echoes(first, 10));
  circuits_->worked(first);
  run_until([&] { return ready(true) >= 2; });
  const auto guard = hops_of(first).front();
  relays_.at(guard)->frost->freeze();
  hanging_.insert(guard);
  run_until([&] {
    (void)lease();
    return doubted(first);
  });
  const auto moved = lease();
  EXPECT_NE(hops_of(moved).front(), guard);
  EXPECT_TRUE(echoes(moved, 1000));
}

TEST_F(TroubleTest, a_guard_that_ends_each_session_at_once_has_failed) {
  make_client();
  circuits_->start(1);
  const auto guard = guards().front();
  ending_.insert(guard);
  const auto got = lease();
  EXPECT_EQ(hops_of(got).front(), guards().at(1));
  EXPECT_LE(std::ranges::count(dialled_, guard), 3);
  EXPECT_FALSE(circuits_->guards().front().reachable);
  ending_.clear();
  run_until([&] { return circuits_->guards().front().reachable; });
}

TEST_F(TroubleTest, a_guard_that_says_goodbye_at_the_first_circuit_has_failed) {
  make_client();
  const auto guard = guards_after_start(3).front();
  run_until([&] {
    const auto& far = guard_ends_.at(guard);
    if (far && far->stream_count() > 0) far->drain();
    return ready(true) >= 2;
  });
  run_until([&] { return unsatisfied_ > 0; });
  EXPECT_FALSE(circuits_->guards().front().reachable);
  EXPECT_EQ(hops_of(lease({.port = 80, .isolation = "new"})).size(), 3U) << "what was built serves";
}

TEST_F(TroubleTest, a_guard_that_ends_its_session_after_each_first_circuit_has_failed) {
  make_client();
  const auto guard = guards_after_start(3).front();
  const auto ends = [&] {
    for (const auto& one : circuits_->circuits())
      if (one.state == PoolCircuit::State::ready && number_of(one.hops.front().peer) == guard) return true;
    return false;
  };
  // Spares are built through another guard in the end.
  run_until([&] {
    if (ends()) guard_ends_.at(guard)->close();
    const auto all = circuits_->circuits();
    return std::ranges::any_of(all, [&](const CircuitStatus& one) {
      return one.state == PoolCircuit::State::ready && number_of(one.hops.front().peer) != guard;
    });
  });
  EXPECT_LE(std::ranges::count(dialled_, guard), 3);
  EXPECT_FALSE(circuits_->guards().front().reachable);
}

TEST_F(TroubleTest, a_guard_that_cuts_circuits_in_use_is_counted) {
  make_client();
  const auto cut = [&](const Circuits::Lease& one) {
    for (const auto& far : std::exchange(relays_.at(guards().front())->links, {})) far.second->close();
    run_until([&] { return !one.session->alive(); });
  };
  const auto unused = used_lease();
  cut(unused);
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{1, 1})) << "nobody had a stream there";
  const auto used = used_lease();
  const auto stream = used.session->open("/test/echo/1", {});
  cut(used);
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{2, 1}));
}

TEST_F(TroubleTest, a_guard_that_ends_its_session_under_circuits_in_use_is_counted_once) {
  make_client();
  const auto one = used_lease({.isolation = "one"});
  const auto other = used_lease({.isolation = "other"});
  const auto stream = one.session->open("/test/echo/1", {});
  const auto second = other.session->open("/test/echo/1", {});
  guard_ends_.at(guards().front())->close();
  run_until([&] { return !one.session->alive() && !other.session->alive(); });
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{2, 1}));
}

TEST_F(TroubleTest, a_guard_is_not_blamed_for_circuits_that_end_after_the_network_has_changed) {
  make_client();
  const auto got = used_lease();
  const auto stream = got.session->open("/test/echo/1", {});
  const auto old = guard_ends_.at(guards().front());
  circuits_->network_changed();
  old->close();
  run_until([&] { return !got.session->alive(); });
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{1, 1}));
}

TEST_F(TroubleTest, two_guards_that_answer_no_dial_leave_the_third) {
  make_client();
  circuits_->start(1);
  const auto all = guards();
  hanging_ = {all.at(0), all.at(1)};
  EXPECT_EQ(hops_of(lease()).front(), all.at(2));
}

TEST_F(TroubleTest, a_wrong_clock_is_told_and_asks_for_a_new_list) {
  make_client();
  client_now_ = kNow + 10min;
  const auto asked = ask();
  run_until([&] { return circuits_->problem().find("clock") != std::string::npos; });
  EXPECT_FALSE(asked->over);
  EXPECT_GT(unsatisfied_, 0U);
  std::size_t counted = 0;
  for (const auto& guard : circuits_->guards()) counted += guard.record.builds.begun;
  EXPECT_LE(counted, PoolLimits::refusals) << "it is not the guards' fault";
  client_now_ = kNow;
  run_until([&] { return asked->over; });
  ASSERT_TRUE(asked->lease);
  EXPECT_TRUE(echoes(*asked->lease, 100));
  EXPECT_EQ(circuits_->problem(), "");
}

TEST_F(TroubleTest, an_old_list_is_refreshed_before_circuits_are_built) {
  make_client();
  now_ = client_now_ = kNow + 30h;
  const auto asked = ask();
  run_until([&] { return unsatisfied_ > 0; });
  EXPECT_TRUE(dialled_.empty());
  EXPECT_NE(circuits_->problem().find("too old"), std::string::npos);
  for (auto& relay : relays_) {
    auto descriptor = relay->listed.descriptor.descriptor();
    for (auto& key : descriptor.circuit_keys) {
      key.from += 24h;
      key.until += 24h;
    }
    relay->listed.descriptor = directory::SignedDescriptor::sign(descriptor, relay->identity);
  }
  list_ = list_at(client_now_);
  circuits_->list_changed();
  run_until([&] { return asked->over; });
  ASSERT_TRUE(asked->lease);
  EXPECT_TRUE(echoes(*asked->lease, 100));
}

TEST_F(TroubleTest, without_a_list_requests_wait_for_one) {
  make_client();
  const auto list = std::exchange(list_, nullptr);
  circuits_->start(3);
  const auto asked = ask();
  run_until([&] { return unsatisfied_ > 0; });
  list_ = list;
  circuits_->list_changed();
  run_until([&] { return asked->over; });
  EXPECT_TRUE(asked->lease);
}

TEST_F(TroubleTest, a_damaged_file_of_guards_lets_no_circuit_be_built) {
  make_client(base::fail(Errc::guard_file_damaged, "/somewhere/guards"));
  circuits_->start(3);
  const auto asked = ask();
  run_until([&] { return asked->over; });
  EXPECT_TRUE(asked->lease.error().is(Errc::guard_file_damaged));
  EXPECT_NE(circuits_->problem().find("/somewhere/guards"), std::string::npos);
  EXPECT_TRUE(dialled_.empty());
  EXPECT_TRUE(kept_.guards.empty()) << "and nothing replaces it";
}

TEST_F(TroubleTest, guards_are_kept_when_they_are_drawn_and_used_after_a_restart) {
  make_client();
  (void)lease();
  const auto drawn = guards();
  EXPECT_EQ(kept_.guards.size(), 3U);
  circuits_->stop();
  make_client(kept_);
  circuits_->start(1);
  EXPECT_EQ(guards(), drawn);
}

TEST_F(TroubleTest, a_wish_that_no_exit_fulfils_is_refused_with_the_reason) {
  make_client();
  const auto port = ask({.port = 25});
  const auto country = ask({.port = 443, .countries = {"NZ"}});
  run_until([&] { return port->over && country->over; });
  EXPECT_TRUE(port->lease.error().is(Errc::no_exit_for_port));
  EXPECT_TRUE(country->lease.error().is(Errc::no_exit_in_country));
  EXPECT_EQ(circuits_->problem(), "") << "others are served";
}

}  // namespace
}  // namespace qnet::path
