#include "network/path/circuits.hpp"

#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::RelayNetwork;

class CircuitsTest : public RelayNetwork {};

TEST_F(CircuitsTest, carry_bytes_through_two_to_five_hops) {
  make_client();
  for (const std::size_t hops : {2U, 3U, 4U, 5U}) {
    const auto got = lease({.hops = hops});
    EXPECT_TRUE(echoes(got, 100'000)) << hops;
    circuits_->worked(got);
    leases_.push_back(got);
  }
  std::set<std::size_t> lengths;
  for (const auto& one : circuits_->circuits()) lengths.insert(one.hops.size());
  EXPECT_EQ(lengths, (std::set<std::size_t>{2, 3, 4, 5}));
  EXPECT_EQ(std::ranges::count(dialled_, guards().front()), 1) << "one session for all circuits";
  EXPECT_EQ(circuits_->problem(), "");
}

TEST_F(CircuitsTest, are_ready_before_they_are_needed) {
  make_client();
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  const auto before = circuits_->circuits().size();
  const auto got = lease();
  EXPECT_EQ(ready(false), 1U) << "a spare was taken";
  run_until([&] { return circuits_->circuits().size() > before; });  // the next one is begun
  EXPECT_TRUE(echoes(got, 1000));
}

TEST_F(CircuitsTest, are_shared_only_by_those_who_are_not_isolated) {
  make_client();
  circuits_->start(3);
  const auto one = lease({.isolation = "one"});
  const auto same = lease({.isolation = "one"});
  const auto other = lease({.isolation = "other"});
  EXPECT_EQ(one.session, same.session);
  EXPECT_NE(one.session, other.session);
  EXPECT_TRUE(echoes(other, 1000));
}

TEST_F(CircuitsTest, change_their_length_while_running) {
  make_client();
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  circuits_->set_hops(4);
  run_until([&] { return ready(true) >= 2; });
  for (const auto& one : circuits_->circuits()) EXPECT_EQ(one.hops.size(), 4U);
  circuits_->set_hops(1);
  EXPECT_EQ(circuits_->circuits().size(), 0U);
}

TEST_F(CircuitsTest, go_around_relays_that_nobody_reaches) {
  make_client();
  circuits_->start(3);
  run_until([&] { return ready(true) >= 2; });
  for (std::size_t n = kExits; n < kRelays; n += 2)
    if (n != guards().front()) dead_.insert(n);
  dead_.insert(guards().front() == 0 ? 1 : 0);
  for (int i = 0; i < 8; ++i) {
    const auto got = lease({.isolation = std::to_string(i)});
    EXPECT_TRUE(echoes(got, 1000)) << i;
    leases_.push_back(got);
  }
}

TEST_F(CircuitsTest, use_the_next_primary_guard_when_the_first_refuses_a_dial) {
  make_client();
  circuits_->start(1);
  const auto first = guards().front();
  dead_.insert(first);
  const auto got = lease();
  EXPECT_TRUE(echoes(got, 1000));
  EXPECT_EQ(hops_of(got).front(), guards().at(1));
  EXPECT_GT(unsatisfied_, 0U) << "somebody else is asked";
  // It comes back into use as soon as it answers.
  dead_.erase(first);
  run_until([&] { return circuits_->guards().front().reachable; });
  EXPECT_EQ(hops_of(lease({.isolation = "new"})).front(), first);
  EXPECT_EQ(circuits_->guards().size(), 3U) << "no other was drawn";
}

TEST_F(CircuitsTest, use_the_next_primary_guard_when_the_first_does_not_answer) {
  make_client();
  circuits_->start(1);
  hanging_.insert(guards().front());
  const auto got = lease();
  EXPECT_TRUE(echoes(got, 1000));
  EXPECT_EQ(hops_of(got).front(), guards().at(1));
}

TEST_F(CircuitsTest, praise_when_data_came_and_not_before) {
  make_client();
  const auto got = lease();
  EXPECT_EQ(circuits_->guards().front().record.builds, BuildCount{});
  EXPECT_TRUE(echoes(got, 10));
  circuits_->worked(got);
  circuits_->worked(got);
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{1, 1}));
  EXPECT_EQ(kept_.guards.front().builds, (BuildCount{1, 1})) << "written with the guard's confirmation";
  const auto second = lease({.isolation = "another"});
  EXPECT_TRUE(echoes(second, 10));
  circuits_->worked(second);
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{2, 2}));
  EXPECT_EQ(kept_.guards.front().builds, (BuildCount{1, 1})) << "a count is not written at each use";
  circuits_->stop();
  EXPECT_EQ(kept_.guards.front().builds, (BuildCount{2, 2})) << "but at the end";
}

TEST_F(CircuitsTest, count_against_the_guard_when_they_end_without_data) {
  make_client();
  const auto got = lease();
  for (const auto& far : std::exchange(relays_.at(hops_of(got).at(1))->links, {})) far.second->close();
  run_until([&] { return !got.session->alive(); });
  run_until([&] { return circuits_->guards().front().record.builds == BuildCount{1, 0}; });
  EXPECT_TRUE(echoes(lease(), 1000)) << "another one serves";
}

TEST_F(CircuitsTest, end_with_their_last_use_when_the_network_changes) {
  make_client();
  const auto before = lease();
  EXPECT_TRUE(echoes(before, 10));
  circuits_->network_changed();
  const auto after = lease();
  EXPECT_NE(before.session, after.session);
  EXPECT_TRUE(echoes(before, 1000)) << "the old network still works for what is open";
  EXPECT_TRUE(echoes(after, 1000));
  EXPECT_EQ(std::ranges::count(dialled_, guards().front()), 2) << "the guard is dialled anew";
}

TEST_F(CircuitsTest, answer_who_waits_when_they_stop) {
  make_client();
  hanging_ = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  const auto asked = ask();
  run_until([&] { return !dialled_.empty(); });
  circuits_->stop();
  run_until([&] { return asked->over; });
  EXPECT_TRUE(asked->lease.error().is(Errc::stopped));
}

}  // namespace
}  // namespace qnet::path
