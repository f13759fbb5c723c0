// The two sides of an HTX handshake against one another, and against those who interfere.
#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace qnet::htx {
namespace {

using base::testing::SeededRandom;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'800'000'000)};

class Handshake : public ::testing::TestWithParam<std::size_t> {
 protected:
  static MirrorProfile profile() { return builtin_profiles().at(GetParam()); }

  Initiator::Config config() {
    return {&client_hello::builtin_templates().front(),
            "www.example.com",
            relay.public_key,
            {},
            kNow,
            std::nullopt};
  }
  Initiator start(Initiator::Config with) {
    auto initiator = Initiator::start(std::move(with), random);
    EXPECT_TRUE(initiator);
    return std::move(*initiator);
  }
  Gate::Decision examine(base::ByteView bytes, WallTime when = kNow) { return gate.examine(bytes, when); }

  base::Bytes answer_of(Responder& responder) {
    auto writes = responder.answer(random);
    EXPECT_TRUE(writes);
    base::Bytes all;
    for (const auto& write : *writes) base::append(all, write);
    return all;
  }

  struct Outcome {
    Initiator::Finished initiator;
    Responder::Finished responder;
  };
  Outcome complete(base::ByteView first) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    EXPECT_TRUE(*initiator.receive(answer_of(responder)));
    auto finished = initiator.finish(first);
    EXPECT_TRUE(finished);
    const auto done = responder.receive(finished->flight);
    EXPECT_TRUE(done && *done);
    return {std::move(*finished), responder.finish()};
  }

  SeededRandom random{11};
  crypto::X25519KeyPair relay = crypto::X25519KeyPair::generate(random);
  ReplayCache seen{random};
  Gate gate{{relay.clone(), MirrorProfiles({profile()}), {}}, seen};
};

TEST_P(Handshake, ends_with_the_same_keys_on_both_sides) {
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

TEST_P(Handshake, succeeds_with_every_template_that_offers_the_profiles_group) {
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

TEST_P(Handshake, has_the_shape_of_the_profile_on_the_wire) {
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

TEST_P(Handshake, second_flight_has_a_browsers_lengths) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  ASSERT_TRUE(*initiator.receive(answer_of(std::get<Responder>(decision))));
  const auto flight = initiator.finish({})->flight;
  EXPECT_EQ(flight.size(), 6U + 5U + 53U + 5U + 87U);
  EXPECT_EQ(base::to_hex(base::ByteView(flight).first(6)), "140303000101");
  EXPECT_EQ(base::to_hex(base::ByteView(flight).subspan(6, 5)), "1703030035");
  EXPECT_EQ(base::to_hex(base::ByteView(flight).subspan(64, 5)), "1703030057");
}

TEST_P(Handshake, takes_bytes_in_any_pieces) {
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

TEST_P(Handshake, passes_on_what_follows_the_second_flight) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  ASSERT_TRUE(*initiator.receive(answer_of(responder)));
  auto flight = initiator.finish(base::bytes_of("one"))->flight;
  base::append(flight, base::bytes_of("behind"));
  ASSERT_TRUE(*responder.receive(flight));
  EXPECT_EQ(base::text_of(responder.finish().unread), "behind");
}

TEST_P(Handshake, needs_every_byte_of_a_hello) {
  const auto initiator = start(config());
  const auto hello = initiator.hello();
  for (std::size_t size = 0; size < hello.size(); ++size)
    ASSERT_TRUE(std::holds_alternative<Gate::NeedMore>(examine(hello.first(size)))) << size;
}

TEST_P(Handshake, refuses_a_replayed_client_hello) {
  const auto initiator = start(config());
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello())));
  EXPECT_EQ(std::get<Gate::Visit>(examine(initiator.hello(), kNow + minutes(5))), Gate::Visit::replayed);
}

TEST_P(Handshake, refuses_a_clock_outside_the_window) {
  for (const auto off : {minutes(-20), minutes(-11), minutes(11), minutes(20)}) {
    const auto initiator = start(config());
    EXPECT_EQ(std::get<Gate::Visit>(examine(initiator.hello(), kNow + off)), Gate::Visit::clock);
  }
  for (const auto off : {minutes(-10), minutes(-9), minutes(9), minutes(10)}) {
    const auto initiator = start(config());
    EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello(), kNow + off)));
  }
}

TEST_P(Handshake, does_not_recognise_a_hello_for_another_key_or_tag) {
  auto wrong_key = config();
  wrong_key.relay_static = crypto::X25519KeyPair::generate(random).public_key;
  EXPECT_EQ(std::get<Gate::Visit>(examine(start(std::move(wrong_key)).hello())), Gate::Visit::unrecognised);
  auto wrong_tag = config();
  wrong_tag.access_tag[0] = 1;
  EXPECT_EQ(std::get<Gate::Visit>(examine(start(std::move(wrong_tag)).hello())), Gate::Visit::unrecognised);
}

TEST_P(Handshake, does_not_recognise_a_hello_with_any_byte_changed) {
  const auto initiator = start(config());
  for (std::size_t i = 0; i < initiator.hello().size(); ++i) {
    base::Bytes changed(initiator.hello().begin(), initiator.hello().end());
    changed[i] ^= 0x01;
    EXPECT_FALSE(std::holds_alternative<Responder>(examine(changed))) << i;
  }
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello())));
}

TEST_P(Handshake, does_not_recognise_a_hello_with_bytes_behind_it) {
  const auto initiator = start(config());
  base::Bytes longer(initiator.hello().begin(), initiator.hello().end());
  longer.push_back(0x17);
  EXPECT_EQ(std::get<Gate::Visit>(examine(longer)), Gate::Visit::not_a_hello);
}

TEST_P(Handshake, survives_a_rewritten_record_version_as_a_browser_does) {
  auto initiator = start(config());
  base::Bytes hello(initiator.hello().begin(), initiator.hello().end());
  hello[2] = 3;
  auto decision = examine(hello);
  ASSERT_TRUE(std::holds_alternative<Responder>(decision));
  EXPECT_TRUE(*initiator.receive(answer_of(std::get<Responder>(decision))));
}

TEST_P(Handshake, drops_change_cipher_specs_that_somebody_put_in) {
  const auto specs = [](unsigned count) {
    base::Bytes bytes;
    while (count-- > 0) client_hello::append_change_cipher_spec(bytes);
    return bytes;
  };
  for (const unsigned extra : {1U, 31U, 32U}) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    auto answer = answer_of(responder);
    const auto hello_end = static_cast<std::ptrdiff_t>(client_hello::kRecordHeader +
                                                       (*client_hello::read_record(answer))->body_size);
    const auto inserted = specs(extra);
    answer.insert(answer.begin() + hello_end, inserted.begin(), inserted.end());
    const auto taken = initiator.receive(answer);
    EXPECT_EQ(taken.has_value(), extra < 32) << "with the flight's own there are one more";
    if (!taken) continue;
    auto flight = specs(extra);
    base::append(flight, initiator.finish({})->flight);
    EXPECT_TRUE(responder.receive(flight).value_or(false));
  }
}

TEST_P(Handshake, initiator_refuses_an_answer_with_any_byte_changed) {
  for (std::size_t i = 0; i < 1800; ++i) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto answer = answer_of(std::get<Responder>(decision));
    if (i >= answer.size()) break;
    answer[i] ^= 0x01;
    const auto done = initiator.receive(answer);
    // A length that grew leaves it waiting; it must never be satisfied.
    EXPECT_FALSE(done && *done) << i;
  }
}

TEST_P(Handshake, responder_refuses_a_second_flight_with_any_byte_changed) {
  const std::size_t size = 6 + 58 + 92;
  for (std::size_t i = 0; i < size; ++i) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    ASSERT_TRUE(*initiator.receive(answer_of(responder)));
    auto flight = initiator.finish({})->flight;
    ASSERT_EQ(flight.size(), size);
    flight[i] ^= 0x01;
    const auto done = responder.receive(flight);
    EXPECT_FALSE(done && *done) << i;
  }
}

TEST_P(Handshake, notices_a_changed_finished_before_the_next_record_comes) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  ASSERT_TRUE(*initiator.receive(answer_of(responder)));
  auto flight = initiator.finish({})->flight;
  flight.resize(6 + 58);
  flight.back() ^= 0x80;  // in the filler
  const auto done = responder.receive(flight);
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is(Errc::bad_finished));
}

TEST_P(Handshake, an_alert_in_clear_ends_it_as_it_ends_the_origins) {
  const auto alert = [](std::uint8_t level, std::uint8_t description) {
    return base::Bytes{client_hello::kAlert, 3, 3, 0, 2, level, description};
  };
  for (const auto& [bytes, code] :
       {std::pair(alert(2, 40), Errc::alert), std::pair(alert(1, 0), Errc::alert),
        std::pair(base::Bytes{client_hello::kAlert, 3, 3, 0, 1, 2}, Errc::bad_record)}) {
    auto decision = examine(start(config()).hello());
    auto& responder = std::get<Responder>(decision);
    (void)answer_of(responder);
    const auto done = responder.receive(bytes);
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().is(code));
    // nginx with OpenSSL says nothing to an alert, and an alert of its own to everything else.
    EXPECT_EQ(responder.refusal(done.error(), random).empty(), code == Errc::alert);
  }
}

TEST_P(Handshake, a_few_cancellations_are_ignored) {
  const base::Bytes user_canceled{client_hello::kAlert, 3, 3, 0, 2, 1, 90};
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  auto& responder = std::get<Responder>(decision);
  ASSERT_TRUE(*initiator.receive(answer_of(responder)));
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(responder.receive(user_canceled).value());
  EXPECT_TRUE(responder.receive(initiator.finish({})->flight).value());

  auto other = examine(start(config()).hello());
  auto& tired = std::get<Responder>(other);
  (void)answer_of(tired);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(tired.receive(user_canceled));
  EXPECT_TRUE(tired.receive(user_canceled).error().is(Errc::bad_record));
}

TEST_P(Handshake, tickets_come_behind_finished_and_count_as_the_responders_first_records) {
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
  std::string text;
  for (base::MutableBytes rest(wire); !rest.empty();) {
    const auto opened = reader.open(rest);
    ASSERT_TRUE(opened && *opened);
    text += base::text_of((*opened)->data);
    rest = rest.subspan((*opened)->consumed);
  }
  EXPECT_EQ(text, "behind the tickets");
}

TEST_P(Handshake, recognises_a_hello_that_was_cut_into_records_on_the_way) {
  auto initiator = start(config());
  const auto message = initiator.hello().subspan(client_hello::kRecordHeader);
  base::Bytes cut;
  for (const auto part : {message.first(700), message.subspan(700)}) {
    client_hello::append_record_header(cut, client_hello::kHandshake, part.size(), client_hello::kTls10);
    base::append(cut, part);
  }
  EXPECT_TRUE(std::holds_alternative<Gate::NeedMore>(examine(base::ByteView(cut).first(cut.size() - 1))));
  auto decision = examine(cut);
  ASSERT_TRUE(std::holds_alternative<Responder>(decision));
  EXPECT_TRUE(*initiator.receive(answer_of(std::get<Responder>(decision))));
}

TEST_P(Handshake, answers_nobody_without_a_profile) {
  auto initiator = start(config());
  gate.set_profiles({});
  EXPECT_TRUE(std::holds_alternative<Gate::Visit>(examine(initiator.hello())));
  gate.set_profiles(MirrorProfiles({profile()}));
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello())));
}

TEST_P(Handshake, tells_the_cover_origin_from_a_relay) {
  // Another relay, with the right form and the wrong key, is as good an origin as any.
  auto other = crypto::X25519KeyPair::generate(random);
  Gate other_gate({other.clone(), MirrorProfiles({profile()}), {}}, seen);
  auto towards_other = config();
  towards_other.relay_static = other.public_key;
  auto stranger = start(std::move(towards_other));
  auto decision = other_gate.examine(stranger.hello(), kNow);
  const auto answer = answer_of(std::get<Responder>(decision));
  auto initiator = start(config());
  const auto done = initiator.receive(answer);
  ASSERT_FALSE(done);

  auto alerted = start(config());
  const base::Bytes alert{21, 3, 3, 0, 2, 2, 40};
  EXPECT_TRUE(alerted.receive(alert).error().is(Errc::alert));
}

TEST_P(Handshake, initiator_bounds_what_it_takes) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  const auto answer = answer_of(std::get<Responder>(decision));
  ASSERT_TRUE(initiator.receive(base::ByteView(answer).first(answer.size() - 1)));
  base::Result<bool> done = false;
  for (int i = 0; i < 40 && done; ++i) done = initiator.receive(base::Bytes(4096));
  EXPECT_FALSE(done);
}

TEST_P(Handshake, mixes_ml_kem_in_where_the_profile_chose_it) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  ASSERT_TRUE(*initiator.receive(answer_of(std::get<Responder>(decision))));
  EXPECT_EQ(initiator.post_quantum(), profile().group == client_hello::kX25519MlKem768);
}

TEST_P(Handshake, uses_a_fresh_static_key_for_every_session) {
  const auto first = complete({}).responder.peer_static;
  EXPECT_NE(first, complete({}).responder.peer_static);
}

INSTANTIATE_TEST_SUITE_P(Profiles, Handshake, ::testing::Range(std::size_t{0}, builtin_profiles().size()),
                         [](const auto& chosen) { return chosen.param == 0 ? "x25519" : "x25519_mlkem768"; });

}  // namespace
}  // namespace qnet::htx
