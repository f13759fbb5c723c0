#include "overlay/circuit/service.hpp"

#include "overlay/circuit/testing/circuits.hpp"

namespace qnet::circuit {
namespace {

using testing::Circuits;

TEST_F(Circuits, carry_bytes_through_two_to_five_hops) {
  for (const auto& hops : {std::vector<std::size_t>{1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}}) {
    std::vector<Hop> behind_guard;
    for (const auto number : hops) behind_guard.push_back(hop(number));
    const auto circuit = begin(behind_guard);
    EXPECT_TRUE(echoes(circuit, 1'000'000)) << hops.size();
    ASSERT_TRUE(circuit->outcome && *circuit->outcome);
    EXPECT_EQ(circuit->established, hops.size());
  }
}

TEST_F(Circuits, carry_a_first_request_with_the_first_message) {
  const auto circuit = begin_through({1, 2}, true);
  EXPECT_TRUE(echoes(circuit, 100));
  EXPECT_EQ(echoes_, 1);
}

TEST_F(Circuits, have_the_same_handshake_hash_at_both_ends) {
  const auto circuit = begin_through({1, 2});
  EXPECT_TRUE(echoes(circuit, 100));
  EXPECT_EQ(circuit->session->facts().handshake_hash, hash_at_end_);
  EXPECT_NE(hash_at_end_, crypto::Digest{});
}

TEST_F(Circuits, share_the_links_between_relays) {
  const auto one = begin_through({1, 2});
  const auto other = begin_through({1, 2});
  EXPECT_TRUE(echoes(one, 1000));
  EXPECT_TRUE(echoes(other, 1000));
  EXPECT_EQ(relays_[0]->links.size(), 1U);
  EXPECT_EQ(far_ends_.size(), 3U);
}

TEST_F(Circuits, tell_which_hop_was_not_reached) {
  unreachable_ = {2};
  const auto circuit = begin_through({1, 2});
  run_until([&] { return circuit->outcome.has_value(); });
  EXPECT_TRUE(circuit->outcome->error().is(Errc::hop_unreachable));
  EXPECT_EQ(circuit->established, 1U);
  run_until([&] { return !circuit->session->alive(); });
}

TEST_F(Circuits, tell_which_hop_does_not_have_the_key_that_its_descriptor_names) {
  auto wrong = hop(2);
  wrong.circuit_key = hop(3).circuit_key;
  const auto circuit = begin({hop(1), wrong});
  run_until([&] { return circuit->outcome.has_value(); });
  EXPECT_TRUE(circuit->outcome->error().is(Errc::hop_refused));
  EXPECT_EQ(circuit->established, 1U);
}

TEST_F(Circuits, do_not_begin_at_another_time) {
  const auto circuit = begin_through({1, 2});
  now_ += std::chrono::minutes(3);
  run_until([&] { return circuit->outcome.has_value(); });
  EXPECT_TRUE(circuit->outcome->error().is(Errc::hop_refused));
  EXPECT_EQ(circuit->established, 0U);
}

TEST_F(Circuits, of_one_client_have_a_bound_and_leave_room_for_others) {
  std::vector<std::shared_ptr<Circuit>> all;
  for (std::size_t n = 0; n < RelayLimits::of_one_client; ++n) all.push_back(begin_through({1}));
  run_until(
      [&] { return std::ranges::all_of(all, [](const auto& one) { return one->outcome.has_value(); }); });
  for (const auto& one : all) EXPECT_TRUE(*one->outcome);
  const auto more = begin_through({1});
  run_until([&] { return more->outcome.has_value(); });
  EXPECT_TRUE(more->outcome->error().is(Errc::hop_overloaded));
  // The guard's link to the next relay is not this client's alone.
  client_ = link(relays_[0]->protocols);
  const auto others = begin_through({1});
  run_until([&] { return others->outcome.has_value(); });
  EXPECT_TRUE(*others->outcome);
  // One that ends makes room.
  all.front()->session->close();
  run_until([&] { return !all.front()->session->alive(); });
  run_until([&] { return relays_[1]->counters->open < 65; });
  // The burst of first messages is used up, and comes back little by little.
  std::shared_ptr<Circuit> again;
  run_until([&] {
    if (!again || (again->outcome && !*again->outcome)) again = begin_through({1});
    return again->outcome && *again->outcome;
  });
}

TEST_F(Circuits, whose_openings_do_not_come_are_bounded_before_they_time_out) {
  constexpr std::size_t kMore = 8;
  std::vector<std::unique_ptr<session::Stream>> streams;
  std::vector<std::size_t> broken;  // by number, in their order
  for (std::size_t n = 0; n < RelayLimits::openings_of_client + kMore; ++n) {
    streams.push_back(*client_->open(std::string(kCircuitProtocol), base::Bytes(100)));
    streams.back()->on_break([&broken, n] { broken.push_back(n); });
  }
  run_until([&] { return broken.size() >= kMore; });
  EXPECT_GE(*std::ranges::min_element(broken), RelayLimits::openings_of_client);
  // The others wait for their time, and make room when they end.
  streams.clear();
  const auto circuit = begin_through({1});
  run_until([&] { return circuit->outcome.has_value(); });
  EXPECT_TRUE(*circuit->outcome);
}

TEST_F(Circuits, are_begun_no_faster_than_a_relay_allows) {
  first_messages_ = {.burst = 2, .per_second = 1};
  add_relay(5);
  client_ = link(relays_[5]->protocols);
  std::size_t taken = 0;
  for (bool refused = false; !refused && taken < 100; taken += refused ? 0 : 1) {
    const auto circuit = begin_through({1});
    run_until([&] { return circuit->outcome.has_value(); });
    refused = !*circuit->outcome;
    // It ends at once, so that places are no bound.
    circuit->session->close();
    run_until([&] { return relays_[5]->counters->open == 0; });
  }
  EXPECT_GE(taken, 2U);
  EXPECT_LT(taken, 100U) << "one a second is taken, and not one for each that ends";
  EXPECT_EQ(relays_[5]->counters->refused, 1U);
}

/// Says that it takes part, and then either floods the circuit or reads nothing of it.
session::Handler hop_that(bool floods) {
  return [floods](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
    base::Bytes bytes(CreationLimits::answer);  // status ok
    if (!co_await net::write_all(*stream, bytes)) co_return;
    bytes.resize(65'536);
    while (floods && co_await net::write_all(*stream, bytes)) continue;
    // What came is left unread.
    (void)co_await stream->wait_writable();
    net::Signal broken(stream->executor());
    const net::BreakWatch watch(*stream, [&broken] { broken.notify(); });
    co_await broken.wait();
  };
}

TEST_F(Circuits, end_where_the_client_takes_nothing) {
  blocked_ = std::chrono::milliseconds(50);
  add_relay(5);
  client_ = link(relays_[5]->protocols);
  relays_[5]->links[1] = link({{std::string(kCircuitProtocol), hop_that(true)}});
  const Opening opening{Opening::Kind::extend, relays_[1]->peer, base::Bytes(CreationLimits::message)};
  const auto stream = client_->open(std::string(kCircuitProtocol), opening.encode());
  ASSERT_TRUE(stream);
  run_until([&] { return relays_[5]->counters->extended == 1; });
  run_until([&] { return relays_[5]->counters->open == 0; });
}

TEST_F(Circuits, end_where_the_next_relay_takes_nothing) {
  blocked_ = std::chrono::milliseconds(50);
  add_relay(5);
  client_ = link(relays_[5]->protocols);
  relays_[5]->links[1] = link({{std::string(kCircuitProtocol), hop_that(false)}});
  const Opening opening{Opening::Kind::extend, relays_[1]->peer, base::Bytes(CreationLimits::message)};
  const auto stream = client_->open(std::string(kCircuitProtocol), opening.encode());
  ASSERT_TRUE(stream);
  run([](session::Stream& to) -> net::Task<void> {
    const base::Bytes bytes(65'536);
    while (co_await net::write_all(to, bytes)) continue;
  }(**stream));
  EXPECT_EQ(relays_[5]->counters->extended, 1U);
  run_until([&] { return relays_[5]->counters->open == 0; });
}

TEST_F(Circuits, end_at_all_hops_when_the_client_goes) {
  const auto circuit = begin_through({1, 2});
  EXPECT_TRUE(echoes(circuit, 1000));
  EXPECT_EQ(relays_[2]->counters->open, 1);
  circuit->session->close();
  run_until([&] {
    return std::ranges::all_of(relays_, [](const auto& relay) { return relay->counters->open == 0; });
  });
}

TEST_F(Circuits, end_at_all_hops_when_a_link_breaks) {
  const auto circuit = begin_through({1, 2});
  EXPECT_TRUE(echoes(circuit, 1000));
  relays_[1]->links[2]->close();
  run_until([&] { return !circuit->session->alive(); });
  run_until([&] {
    return std::ranges::all_of(relays_, [](const auto& relay) { return relay->counters->open == 0; });
  });
}

}  // namespace
}  // namespace qnet::circuit
