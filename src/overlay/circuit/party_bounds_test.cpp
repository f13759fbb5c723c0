// What one address, one relay and everybody may take from a relay, over however many sessions, and for how
// long.
#include "overlay/circuit/testing/circuits.hpp"
#include "transport/link/link_places.hpp"

namespace qnet::circuit {
namespace {

class PartyBounds : public testing::Circuits {
 protected:
  /// How many circuits begin, of so many that are asked for over a new session from that address.
  std::size_t begun_from(const char* address, std::size_t count) {
    client_ = link(relays_[0]->protocols, {}, boost::asio::ip::make_address(address));
    std::vector<std::shared_ptr<Circuit>> circuits;
    for (std::size_t n = 0; n < count; ++n) circuits.push_back(begin_through({1}));
    run_until([&] {
      return std::ranges::all_of(circuits, [](const auto& one) { return one->outcome.has_value(); });
    });
    const auto good =
        std::ranges::count_if(circuits, [](const auto& one) { return one->outcome->has_value(); });
    std::ranges::move(circuits, std::back_inserter(kept_));
    return static_cast<std::size_t>(good);
  }
  static constexpr std::size_t kNumber = 5;  // of the relay that is asked
  const boost::asio::ip::address kHere = boost::asio::ip::make_address("192.0.2.1");
  const boost::asio::ip::address kElsewhere = boost::asio::ip::make_address("192.0.2.2");

  /// How many of so many circuits that are created there over a new session are taken. They stay.
  std::size_t created(const crypto::X25519Public& key, std::size_t count,
                      const std::optional<boost::asio::ip::address>& from = {}) {
    sessions_.push_back(link(relays_[kNumber]->protocols, key, from));
    std::size_t taken = 0;
    run(create(*sessions_.back(), count, taken));
    return taken;
  }
  net::Task<void> create(session::Session& over, std::size_t count, std::size_t& taken) {
    const std::array hops{hop(kNumber)};
    for (std::size_t n = 0; n < count; ++n) {
      const auto first = circuit::create(hops, now_, {}, random_);
      const Opening opening{Opening::Kind::create, peer::PeerId(crypto::Ed25519Public{}), first->message};
      streams_.push_back(*over.open(std::string(kCircuitProtocol), opening.encode()));
      std::array<std::uint8_t, 1> status{};
      (void)co_await net::read_some(*streams_.back(), status);
      taken += status.front() == static_cast<std::uint8_t>(Status::ok) ? 1 : 0;
    }
  }
  /// Openings that never become whole, and how many of them were reset at once.
  std::size_t reset_of(const crypto::X25519Public& key, std::size_t count,
                       const std::optional<boost::asio::ip::address>& from = {}) {
    sessions_.push_back(link(relays_[kNumber]->protocols, key, from));
    const auto broken = std::make_shared<std::size_t>(0);
    for (std::size_t n = 0; n < count; ++n) {
      streams_.push_back(*sessions_.back()->open(std::string(kCircuitProtocol), base::Bytes(100)));
      streams_.back()->on_break([broken] { ++*broken; });
    }
    // Served in order: when this one is answered, those before it have been looked at.
    streams_.push_back(*sessions_.back()->open("/test/none/1", {}));
    const auto answered = std::make_shared<bool>(false);
    streams_.back()->on_break([answered] { *answered = true; });
    streams_.back()->on_readable([answered] { *answered = true; });
    run_until([&] { return *answered; });
    return *broken;
  }

  std::vector<std::shared_ptr<Circuit>> kept_;
  std::vector<SessionPointer> sessions_;
  std::vector<std::unique_ptr<session::Stream>> streams_;
};

TEST_F(PartyBounds, of_one_address_hold_for_all_its_sessions_together) {
  std::size_t begun = 0;
  for (std::size_t sessions = 0; sessions < 6; ++sessions) begun += begun_from("192.0.2.1", 60);
  EXPECT_EQ(begun, RelayLimits::of_one_party);
  EXPECT_EQ(begun_from("192.0.2.2", 60), 60U);
}

TEST_F(PartyBounds, of_a_client_hold_for_a_stranger_that_creates_and_not_for_a_relay) {
  add_relay(kNumber);
  EXPECT_EQ(created({}, RelayLimits::of_one_client + 8), RelayLimits::of_one_client);
  EXPECT_EQ(created(testing::kOfARelay, RelayLimits::of_one_client + 8), RelayLimits::of_one_client + 8);
}

TEST_F(PartyBounds, of_one_relay_hold_for_all_its_sessions_together) {
  circuits_of_relay_ = 20;
  add_relay(kNumber);
  EXPECT_EQ(created(testing::kOfARelay, 12, kHere), 12U);
  EXPECT_EQ(created(testing::kOfARelay, 12, kElsewhere), 8U) << "wherever they come from";
  EXPECT_EQ(created(testing::kOfARelay, 12), 0U);
  EXPECT_EQ(created(testing::kOfAnotherRelay, 8), 8U);
}

TEST_F(PartyBounds, of_one_address_hold_for_all_relays_that_are_there) {
  circuits_of_relay_ = 20;
  add_relay(kNumber);
  EXPECT_EQ(created(testing::kOfARelay, 12, kHere), 12U);
  EXPECT_EQ(created(testing::kOfAnotherRelay, 12, kHere), 8U);
  EXPECT_EQ(created(testing::kOfAnotherRelay, 12, kElsewhere), 12U);
}

TEST_F(PartyBounds, let_one_relay_begin_no_faster_over_more_sessions) {
  // More is gained slowly enough for a test that takes seconds.
  first_messages_of_relay_ = {.burst = 20, .per_second = 1};
  first_messages_of_all_ = {.burst = 1000, .per_second = 1000};
  add_relay(kNumber);
  std::size_t begun = 0;
  for (int session = 0; session < 10; ++session) begun += created(testing::kOfARelay, 20, kHere);
  EXPECT_GE(begun, 20U);
  EXPECT_LT(begun, 100U);
  EXPECT_EQ(created(testing::kOfAnotherRelay, 20, kElsewhere), 20U);
}

TEST_F(PartyBounds, of_openings_hold_for_all_sessions_of_a_relay_and_of_an_address) {
  add_relay(kNumber);
  EXPECT_EQ(reset_of(testing::kOfARelay, 200), 0U);
  EXPECT_EQ(reset_of(testing::kOfARelay, 100), 300U - RelayLimits::openings_of_relay);
  std::size_t reset = 0;
  for (int session = 0; session < 5; ++session) reset += reset_of({}, 60, kHere);
  EXPECT_EQ(reset, 300U - RelayLimits::openings_of_party);
}

TEST_F(PartyBounds, of_all_clients_of_all_relays_and_of_all_who_extend_are_apart) {
  first_messages_of_all_ = {.burst = 4, .per_second = 1};
  add_relay(kNumber);
  EXPECT_LT(created({}, 50), 50U);
  EXPECT_GE(created(testing::kOfARelay, 4), 4U);
  EXPECT_LT(created(testing::kOfARelay, 50), 50U);
  client_ = link(relays_[kNumber]->protocols);
  for (int n = 0; n < 4; ++n) {
    kept_.push_back(begin_through({1}));
    run_until([&] { return kept_.back()->outcome.has_value(); });
    EXPECT_TRUE(*kept_.back()->outcome);
  }
}

TEST_F(PartyBounds, of_the_room_of_all_cores_hold_for_everybody) {
  room_ = std::make_shared<Room>(6);
  add_relay(kNumber);
  EXPECT_EQ(created({}, 4, kHere), 4U);
  EXPECT_EQ(created(testing::kOfARelay, 4, kElsewhere), 2U);
  streams_.clear();
  run_until([&] { return room_->taken() == 0; });
  EXPECT_EQ(created({}, 4, kHere), 4U);
}

TEST_F(PartyBounds, end_a_circuit_without_a_stream_at_its_end) {
  // The least that a session counts.
  idle_ = std::chrono::seconds(1);
  add_relay(kNumber);
  EXPECT_EQ(created(testing::kOfARelay, 3), 3U);
  run_until([&] { return relays_[kNumber]->counters->open == 0; });
}

TEST_F(PartyBounds, take_who_comes_without_a_middle_for_who_it_is_and_all_else_for_the_relays) {
  add_relay(kNumber);
  const auto seen_through = [&](const crypto::X25519Public& key) {
    client_ = link(relays_[kNumber]->protocols, key, kHere);
    Beginning beginning{.open =
                            [over = client_](base::Bytes first) {
                              auto opening = Opening::decode(first).value();
                              opening.kind = Opening::Kind::create;
                              opening.next = peer::PeerId(crypto::Ed25519Public{});
                              return open_over(over)(opening.encode());
                            },
                        .hops = {hop(kNumber)},
                        .now = now_,
                        .random = random_};
    const auto circuit = std::make_shared<Circuit>();
    circuit->session = session::Session::start(
        std::make_unique<CircuitLink>(io_.get_executor(), std::move(beginning), link::Facts{}),
        mux::Role::initiator, {});
    EXPECT_TRUE(echoes(circuit, 100));
    return std::pair(address_at_end_, party_at_end_);
  };
  const auto [address, party] = seen_through({});
  EXPECT_EQ(address, kHere);
  EXPECT_EQ(party, link::party_of(kHere));
  const auto by_relay = seen_through(testing::kOfARelay);
  EXPECT_EQ(by_relay.first, std::nullopt);
  EXPECT_EQ(by_relay.second, seen_through(testing::kOfARelay).second) << "over whatever session";
  EXPECT_NE(by_relay.second, seen_through(testing::kOfAnotherRelay).second);
}

TEST_F(PartyBounds, end_a_circuit_that_carries_nothing_at_its_guard_and_at_its_middle) {
  idle_ = std::chrono::milliseconds(50);
  add_relay(5);
  for (const bool at_guard : {true, false}) {
    client_ = link(relays_[at_guard ? 5 : 0]->protocols);
    const auto circuit = at_guard ? begin_through({1, 2}) : begin_through({5, 2});
    run_until([&] { return relays_[5]->counters->extended == (at_guard ? 1 : 2); });
    run_until([&] { return !circuit->session->alive(); });
    run_until([&] {
      return std::ranges::all_of(relays_, [](const auto& relay) { return relay->counters->open == 0; });
    });
  }
}

}  // namespace
}  // namespace qnet::circuit
