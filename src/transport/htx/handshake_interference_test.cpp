// An HTX handshake against those who interfere: strangers, replays, and who changes bytes on the way.
#include "protocol/client_hello/tls_format.hpp"
#include "transport/htx/testing/handshake_fixture.hpp"

namespace qnet::htx {
namespace {

using std::chrono::minutes;
using testing::kNow;

/// Of a record in clear: RFC 8446 §5.1 has it ignored (rewritten_records_test.cpp).
constexpr std::size_t kMinorVersion = 2;

class HandshakeInterference : public testing::Handshake {};

TEST_P(HandshakeInterference, needs_every_byte_of_a_hello) {
  const auto initiator = start(config());
  const auto hello = initiator.hello();
  for (std::size_t size = 0; size < hello.size(); ++size)
    ASSERT_TRUE(std::holds_alternative<Gate::NeedMore>(examine(hello.first(size)))) << size;
}

TEST_P(HandshakeInterference, refuses_a_replayed_client_hello) {
  const auto initiator = start(config());
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello())));
  EXPECT_EQ(std::get<Gate::Visit>(examine(initiator.hello(), kNow + minutes(5))), Gate::Visit::replayed);
}

TEST_P(HandshakeInterference, refuses_a_clock_outside_the_window) {
  for (const auto off : {minutes(-20), minutes(-11), minutes(11), minutes(20)}) {
    const auto initiator = start(config());
    EXPECT_EQ(std::get<Gate::Visit>(examine(initiator.hello(), kNow + off)), Gate::Visit::clock);
  }
  for (const auto off : {minutes(-10), minutes(-9), minutes(9), minutes(10)}) {
    const auto initiator = start(config());
    EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello(), kNow + off)));
  }
}

TEST_P(HandshakeInterference, does_not_recognise_a_hello_for_another_key_or_tag) {
  auto wrong_key = config();
  wrong_key.relay_static = crypto::X25519KeyPair::generate(random).public_key;
  EXPECT_EQ(std::get<Gate::Visit>(examine(start(std::move(wrong_key)).hello())), Gate::Visit::unrecognised);
  auto wrong_tag = config();
  wrong_tag.access_tag[0] = 1;
  EXPECT_EQ(std::get<Gate::Visit>(examine(start(std::move(wrong_tag)).hello())), Gate::Visit::unrecognised);
}

TEST_P(HandshakeInterference, does_not_recognise_a_hello_with_any_byte_changed) {
  const auto initiator = start(config());
  for (std::size_t i = 0; i < initiator.hello().size(); ++i) {
    if (i == kMinorVersion) continue;
    base::Bytes changed(initiator.hello().begin(), initiator.hello().end());
    changed[i] ^= 0x01;
    EXPECT_FALSE(std::holds_alternative<Responder>(examine(changed))) << i;
  }
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello())));
}

TEST_P(HandshakeInterference, does_not_recognise_a_hello_with_bytes_behind_it) {
  const auto initiator = start(config());
  base::Bytes longer(initiator.hello().begin(), initiator.hello().end());
  longer.push_back(0x17);
  EXPECT_EQ(std::get<Gate::Visit>(examine(longer)), Gate::Visit::not_a_hello);
}

TEST_P(HandshakeInterference, initiator_refuses_an_answer_with_any_byte_changed) {
  for (std::size_t i = 0; i < 1800; ++i) {
    if (i == kMinorVersion) continue;
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

TEST_P(HandshakeInterference, responder_refuses_a_second_flight_with_any_byte_changed) {
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

TEST_P(HandshakeInterference, notices_a_changed_finished_before_the_next_record_comes) {
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

TEST_P(HandshakeInterference, an_alert_in_clear_ends_it_as_it_ends_the_origins) {
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

TEST_P(HandshakeInterference, a_few_cancellations_are_ignored) {
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

TEST_P(HandshakeInterference, answers_nobody_without_a_profile) {
  auto initiator = start(config());
  gate.set_profiles({});
  EXPECT_TRUE(std::holds_alternative<Gate::Visit>(examine(initiator.hello())));
  gate.set_profiles(MirrorProfiles({profile()}));
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(initiator.hello())));
}

TEST_P(HandshakeInterference, tells_the_cover_origin_from_a_relay) {
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

TEST_P(HandshakeInterference, initiator_bounds_what_it_takes) {
  auto initiator = start(config());
  auto decision = examine(initiator.hello());
  const auto answer = answer_of(std::get<Responder>(decision));
  ASSERT_TRUE(initiator.receive(base::ByteView(answer).first(answer.size() - 1)));
  base::Result<bool> done = false;
  for (int i = 0; i < 40 && done; ++i) done = initiator.receive(base::Bytes(4096));
  EXPECT_FALSE(done);
}

INSTANTIATE_TEST_SUITE_P(Profiles, HandshakeInterference,
                         ::testing::Range(std::size_t{0}, builtin_profiles().size()),
                         [](const auto& chosen) { return chosen.param == 0 ? "x25519" : "x25519_mlkem768"; });

}  // namespace
}  // namespace qnet::htx
