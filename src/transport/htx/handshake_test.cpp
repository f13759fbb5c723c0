// The two sides of an HTX handshake against one another.
#include "protocol/client_hello/tls_format.hpp"
#include "transport/htx/testing/handshake_fixture.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace qnet::htx {
namespace {

/// What the records carry; "(?)" at its end for one that cannot be read.
std::string text_in(RecordReader& reader, base::Bytes& wire) {
  std::string text;
  for (base::MutableBytes rest(wire); !rest.empty();) {
    const auto opened = reader.open(rest);
    if (!opened || !*opened) return text + "(?)";
    text += base::text_of((*opened)->data);
    rest = rest.subspan((*opened)->consumed);
  }
  return text;
}

class HandshakeSucceeds : public testing::Handshake {};

TEST_P(HandshakeSucceeds, ends_with_the_same_keys_on_both_sides) {
  auto [initiator, responder] = complete(base::bytes_of("first data"));
  EXPECT_EQ(base::text_of(responder.first), "first data");
  EXPECT_EQ(initiator.keys.handshake_hash, responder.keys.handshake_hash);
  testing::RecordPipe writer(std::move(initiator.keys.from_initiator), random);
  RecordReader reader(std::move(responder.keys.from_initiator));
  writer.append(base::bytes_of("and more"));
  writer.flush();
  base::Bytes wire(writer.pending().begin(), writer.pending().end());
  const auto opened = reader.open(wire);
  ASSERT_TRUE(opened && *opened);
  EXPECT_EQ(base::text_of((*opened)->data), "and more");
}

TEST_P(HandshakeSucceeds, succeeds_with_every_template_that_offers_the_profiles_group) {
  for (const auto& browser : client_hello::builtin_templates()) {
    auto with = config();
    with.browser = &browser;
    auto initiator = start(std::move(with));
    auto decision = examine(initiator.hello());
    const bool hybrid = browser.has<client_hello::part::MlKem>();
    // A hello without the hybrid group gets X25519 from an origin that prefers the hybrid; a profile has one
    // group.
    if (profile().group == client_hello::kX25519MlKem768 && !hybrid) {
      EXPECT_TRUE(std::holds_alternative<Gate::Visit>(decision)) << browser.name;
      continue;
    }
    ASSERT_TRUE(std::holds_alternative<Responder>(decision)) << browser.name;
    auto& responder = std::get<Responder>(decision);
    ASSERT_TRUE(*initiator.receive(answer_of(responder))) << browser.name;
    EXPECT_EQ(initiator.post_quantum(), profile().group == client_hello::kX25519MlKem768);
    const auto finished = initiator.finish(base::bytes_of("x"));
    ASSERT_TRUE(finished) << browser.name;
    const auto done = responder.receive(finished->flight);
    EXPECT_TRUE(done && *done) << browser.name;
    const auto answered = responder.finish();
    EXPECT_EQ(base::text_of(answered.first), "x") << browser.name;
    EXPECT_EQ(finished->keys.handshake_hash, answered.keys.handshake_hash) << browser.name;
  }
}

TEST_P(HandshakeSucceeds, has_the_shape_of_the_profile_on_the_wire) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  const auto answer = answer_of(std::get<Responder>(decision));
  std::vector<std::pair<int, std::size_t>> records;
  for (base::ByteView rest(answer); !rest.empty();) {
    const auto record = client_hello::read_record(rest);
    ASSERT_TRUE(record && *record);
    records.emplace_back((*record)->type, (*record)->body_size);
    rest = rest.subspan(client_hello::kRecordHeader + (*record)->body_size);
  }
  const std::size_t hello = profile().group == client_hello::kX25519 ? 122 : 122 + 1088;
  ASSERT_EQ(records.size(), 6U);
  EXPECT_EQ(records[0], std::pair(22, hello));
  EXPECT_EQ(records[1], std::pair(20, std::size_t{1}));
  EXPECT_EQ(records[2], std::pair(23, std::size_t{36}));
  EXPECT_EQ(records[3], std::pair(23, std::size_t{455}));
  EXPECT_GE(records[4].second, 95U);
  EXPECT_LE(records[4].second, 97U);
  EXPECT_EQ(records[5], std::pair(23, std::size_t{53}));
}

TEST_P(HandshakeSucceeds, second_flight_has_a_browsers_lengths) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  ASSERT_TRUE(*initiator.receive(answer_of(std::get<Responder>(decision))));
  const auto flight = initiator.finish({})->flight;
  EXPECT_EQ(flight.size(), 6U + 5U + 53U + 5U + 87U);
  EXPECT_EQ(base::to_hex(base::ByteView(flight).first(6)), "140303000101");
  EXPECT_EQ(base::to_hex(base::ByteView(flight).subspan(6, 5)), "1703030035");
  EXPECT_EQ(base::to_hex(base::ByteView(flight).subspan(64, 5)), "1703030057");
}

TEST_P(HandshakeSucceeds, takes_bytes_in_any_pieces) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  const auto answer = answer_of(responder);
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const auto done = initiator.receive(base::ByteView(answer).subspan(i, 1));
    ASSERT_TRUE(done) << i;
    EXPECT_EQ(*done, i + 1 == answer.size());
  }
  auto finished = initiator.finish({});
  for (std::size_t i = 0; i < finished->flight.size(); ++i) {
    const auto done = responder.receive(base::ByteView(finished->flight).subspan(i, 1));
    ASSERT_TRUE(done) << i;
    EXPECT_EQ(*done, i + 1 == finished->flight.size());
  }
}

TEST_P(HandshakeSucceeds, passes_on_what_follows_the_second_flight) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  ASSERT_TRUE(*initiator.receive(answer_of(responder)));
  auto flight = initiator.finish(base::bytes_of("one"))->flight;
  base::append(flight, base::bytes_of("behind"));
  ASSERT_TRUE(*responder.receive(flight));
  EXPECT_EQ(base::text_of(responder.finish().unread), "behind");
}

TEST_P(HandshakeSucceeds, tickets_come_behind_finished_and_count_as_the_responders_first_records) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  ASSERT_TRUE(*initiator.receive(answer_of(responder)));
  auto finished = initiator.finish({});
  const auto finished_end = finished->flight.size() - (client_hello::kRecordHeader + 87);
  EXPECT_FALSE(*responder.receive(base::ByteView(finished->flight).first(finished_end)));
  auto wire = responder.take_output();
  EXPECT_EQ(wire.size(), 2 * (client_hello::kRecordHeader + 266));
  ASSERT_TRUE(*responder.receive(base::ByteView(finished->flight).subspan(finished_end)));
  EXPECT_TRUE(responder.take_output().empty());

  testing::RecordPipe writer(std::move(responder.finish().keys.from_responder), random);
  writer.append(base::bytes_of("behind the tickets"));
  writer.flush();
  base::append(wire, writer.pending());
  RecordReader reader(std::move(finished->keys.from_responder));
  EXPECT_EQ(text_in(reader, wire), "behind the tickets");
}

/// As GnuTLS and Go send their tickets: right behind the flight.
class TicketsThatDoNotWait : public testing::Handshake {
 protected:
  void SetUp() override {
    auto unasked = profile();
    unasked.before_finished = {147, 252};
    unasked.after_finished = {50};
    gate.set_profiles(MirrorProfiles({unasked}));
  }
  static constexpr std::size_t kTickets = 2 * client_hello::kRecordHeader + 147 + 252;
};

TEST_P(TicketsThatDoNotWait, come_behind_the_flight_and_hold_no_peer_up) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  const auto answer = answer_of(responder);
  const base::ByteView tickets = base::ByteView(answer).last(kTickets);
  EXPECT_EQ(base::to_hex(tickets.first(client_hello::kRecordHeader)), "1703030093");
  ASSERT_TRUE(*initiator.receive(base::ByteView(answer).first(answer.size() - kTickets)))
      << "a browser does not wait for them either";
  const auto finished = initiator.finish(base::bytes_of("first"));
  ASSERT_TRUE(*responder.receive(finished->flight));
  EXPECT_EQ(responder.take_output().size(), client_hello::kRecordHeader + 50);
  EXPECT_EQ(base::text_of(responder.finish().first), "first");
}

TEST_P(TicketsThatDoNotWait, are_read_as_the_sessions_first_records_wherever_they_are_cut) {
  for (const std::size_t came : {std::size_t{0}, std::size_t{3}, kTickets / 2, kTickets}) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    const auto answer = answer_of(responder);
    const auto flight = answer.size() - kTickets;
    ASSERT_TRUE(*initiator.receive(base::ByteView(answer).first(flight + came)));
    auto finished = initiator.finish({});
    ASSERT_TRUE(*responder.receive(finished->flight));
    auto wire = std::move(finished->unread);
    EXPECT_EQ(wire.size(), came);
    base::append(wire, base::ByteView(answer).subspan(flight + came));
    base::append(wire, responder.take_output());
    testing::RecordPipe writer(std::move(responder.finish().keys.from_responder), random);
    writer.append(base::bytes_of("behind the tickets"));
    writer.flush();
    base::append(wire, writer.pending());
    RecordReader reader(std::move(finished->keys.from_responder), std::move(finished->early));
    EXPECT_EQ(text_in(reader, wire), "behind the tickets") << came;
  }
}

TEST_P(TicketsThatDoNotWait, are_noticed_when_somebody_changes_them) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto answer = answer_of(std::get<Responder>(decision));
  answer.back() ^= 1;
  ASSERT_TRUE(*initiator.receive(answer));
  auto finished = initiator.finish({});
  RecordReader reader(std::move(finished->keys.from_responder), std::move(finished->early));
  base::MutableBytes tickets(finished->unread);
  const auto first = reader.open(tickets);
  ASSERT_TRUE(first && *first);
  EXPECT_TRUE(reader.open(tickets.subspan((*first)->consumed)).error().is(Errc::forged_record));
}

TEST_P(TicketsThatDoNotWait, leave_in_a_write_of_their_own_where_the_origins_do) {
  auto apart = profile();
  apart.before_finished = {147};
  apart.before_finished_starts_write = true;
  gate.set_profiles(MirrorProfiles({apart}));
  auto decision = examine(start(config()).hello());
  const auto writes = std::get<Responder>(decision).answer(random);
  ASSERT_TRUE(writes);
  EXPECT_EQ(writes->back().size(), client_hello::kRecordHeader + 147);
}

TEST_P(HandshakeSucceeds, mixes_ml_kem_in_where_the_profile_chose_it) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  ASSERT_TRUE(*initiator.receive(answer_of(std::get<Responder>(decision))));
  EXPECT_EQ(initiator.post_quantum(), profile().group == client_hello::kX25519MlKem768);
}

TEST_P(HandshakeSucceeds, uses_a_fresh_static_key_for_every_session) {
  const auto first = complete({}).responder.peer_static;
  EXPECT_NE(first, complete({}).responder.peer_static);
}

TEST_P(HandshakeSucceeds, shows_the_relay_a_key_that_it_was_given_in_as_many_bytes) {
  const auto own = crypto::X25519KeyPair::generate(random);
  auto with = config();
  with.own_static = own.clone();
  const auto outcome = complete({}, std::move(with));
  EXPECT_EQ(outcome.responder.peer_static, own.public_key);
  EXPECT_EQ(outcome.initiator.flight.size(), complete({}).initiator.flight.size());
}

const auto kProfileName = [](const auto& chosen) { return chosen.param == 0 ? "x25519" : "x25519_mlkem768"; };
INSTANTIATE_TEST_SUITE_P(Profiles, HandshakeSucceeds,
                         ::testing::Range(std::size_t{0}, builtin_profiles().size()), kProfileName);
INSTANTIATE_TEST_SUITE_P(Profiles, TicketsThatDoNotWait,
                         ::testing::Range(std::size_t{0}, builtin_profiles().size()), kProfileName);

}  // namespace
}  // namespace qnet::htx
