#include "protocol/noise/handshake_state.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/testing/fixed_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::noise {
namespace {

using base::Bytes;
using base::testing::SeededRandom;
using crypto::testing::array_at;
using crypto::testing::bytes_at;

crypto::X25519KeyPair key_pair(const boost::json::value& vector, const char* field) {
  return crypto::X25519KeyPair::from_secret(crypto::X25519Secret(array_at<32>(vector, field)));
}

Bytes sealed(CipherState& cipher, Bytes text) {
  std::array<std::uint8_t, crypto::ChaChaPoly::tag_size> tag{};
  EXPECT_TRUE(cipher.seal({}, text, tag));
  base::append(text, tag);
  return text;
}

struct Pair {
  HandshakeState initiator;
  HandshakeState responder;
};

Pair pair(Pattern pattern, SeededRandom& random) {
  auto ours = crypto::X25519KeyPair::generate(random);
  auto theirs = crypto::X25519KeyPair::generate(random);
  const auto known = pattern == Pattern::xk ? std::optional(theirs.public_key) : std::nullopt;
  return {HandshakeState({pattern, Role::initiator, {1, 2}, std::move(ours), known}, random),
          HandshakeState({pattern, Role::responder, {1, 2}, std::move(theirs)}, random)};
}

/// The third message's number is 2. Gives the messages before it, delivered.
Bytes play_until(Pair& parties, std::size_t message) {
  Bytes wire, ignored;
  for (std::size_t n = 0; n <= message; ++n) {
    auto& writer = n % 2 == 0 ? parties.initiator : parties.responder;
    auto& reader = n % 2 == 0 ? parties.responder : parties.initiator;
    wire.clear();
    EXPECT_TRUE(writer.write(Bytes{9, 9, 9}, wire));
    if (n == message) break;
    EXPECT_TRUE(reader.read(wire, ignored));
  }
  return wire;
}

TEST(NoiseHandshake, agrees_with_cacophony) {
  std::size_t count = 0;
  const auto file = crypto::testing::load_vectors("noise/cacophony.json");
  for (const auto& vector : file.as_array()) {
    const auto name = crypto::testing::text_at(vector, "protocol_name");
    SCOPED_TRACE(name);
    const auto pattern = name.starts_with("Noise_XK_") ? Pattern::xk : Pattern::xx;
    crypto::testing::FixedRandom first(bytes_at(vector, "init_ephemeral"));
    crypto::testing::FixedRandom second(bytes_at(vector, "resp_ephemeral"));
    const auto known =
        pattern == Pattern::xk ? std::optional(array_at<32>(vector, "init_remote_static")) : std::nullopt;
    HandshakeState initiator(
        {pattern, Role::initiator, bytes_at(vector, "init_prologue"), key_pair(vector, "init_static"), known},
        first);
    HandshakeState responder(
        {pattern, Role::responder, bytes_at(vector, "resp_prologue"), key_pair(vector, "resp_static")},
        second);
    std::optional<TransportKeys> ours, theirs;
    std::size_t number = 0;
    for (const auto& message : vector.at("messages").as_array()) {
      const auto payload = bytes_at(message, "payload");
      const auto expected = bytes_at(message, "ciphertext");
      const bool from_initiator = number++ % 2 == 0;
      if (!ours) {
        Bytes wire, text;
        ASSERT_TRUE((from_initiator ? initiator : responder).write(payload, wire));
        EXPECT_EQ(wire, expected);
        ASSERT_TRUE((from_initiator ? responder : initiator).read(wire, text));
        EXPECT_EQ(text, payload);
        if (!initiator.finished()) continue;
        ASSERT_TRUE(responder.finished());
        ours = initiator.split();
        theirs = responder.split();
        EXPECT_EQ(base::to_hex(ours->handshake_hash), crypto::testing::text_at(vector, "handshake_hash"));
        EXPECT_EQ(ours->handshake_hash, theirs->handshake_hash);
        continue;
      }
      auto& sealing = from_initiator ? ours->from_initiator : theirs->from_responder;
      EXPECT_EQ(sealed(sealing, payload), expected);
    }
    EXPECT_EQ(initiator.remote_static(), key_pair(vector, "resp_static").public_key);
    EXPECT_EQ(responder.remote_static(), key_pair(vector, "init_static").public_key);
    ++count;
  }
  EXPECT_EQ(count, 2U);
}

class NoisePattern : public ::testing::TestWithParam<Pattern> {};

TEST_P(NoisePattern, refuses_every_flipped_bit_of_a_sealed_message) {
  for (const std::size_t number : {1U, 2U}) {
    SeededRandom sizing(7);
    auto probe = pair(GetParam(), sizing);
    const auto length = play_until(probe, number).size();
    for (std::size_t bit = 0; bit < length * 8; bit += 3) {
      SeededRandom random(7);
      auto parties = pair(GetParam(), random);
      auto wire = play_until(parties, number);
      wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1U << bit % 8));
      Bytes payload;
      auto& reader = number == 1 ? parties.initiator : parties.responder;
      // The top bit of an X25519 key is ignored by RFC 7748 §5, but not by the transcript.
      EXPECT_FALSE(reader.read(wire, payload)) << number << " bit " << bit;
      EXPECT_TRUE(payload.empty());
      EXPECT_FALSE(reader.finished());
      EXPECT_FALSE(reader.write({}, wire)) << "a failed handshake must not go on";
    }
  }
}

TEST_P(NoisePattern, refuses_every_shorter_message) {
  for (std::size_t number = 0; number < 3; ++number) {
    SeededRandom sizing(8);
    auto probe = pair(GetParam(), sizing);
    const auto length = play_until(probe, number).size();
    for (std::size_t size = 0; size < length; ++size) {
      SeededRandom random(8);
      auto parties = pair(GetParam(), random);
      const auto wire = play_until(parties, number);
      Bytes payload;
      auto& reader = number == 1 ? parties.initiator : parties.responder;
      const auto read = reader.read(base::ByteView(wire).first(size), payload);
      // XX's first message is not sealed: cut in its payload, it is another message.
      const bool still_whole = GetParam() == Pattern::xx && number == 0 && size >= 32;
      EXPECT_EQ(read.has_value(), still_whole) << number << " size " << size;
    }
  }
}

TEST_P(NoisePattern, refuses_another_prologue) {
  SeededRandom random(9);
  auto ours = crypto::X25519KeyPair::generate(random);
  auto theirs = crypto::X25519KeyPair::generate(random);
  const auto known = theirs.public_key;
  HandshakeState initiator({GetParam(), Role::initiator, {1}, std::move(ours), known}, random);
  HandshakeState responder({GetParam(), Role::responder, {2}, std::move(theirs)}, random);
  Bytes wire, payload;
  ASSERT_TRUE(initiator.write({}, wire));
  auto read = responder.read(wire, payload);
  if (read) {  // XX seals nothing in its first message
    wire.clear();
    ASSERT_TRUE(responder.write({}, wire));
    read = initiator.read(wire, payload);
  }
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error().is(Errc::decrypt_failed));
}

TEST_P(NoisePattern, refuses_messages_out_of_turn) {
  SeededRandom random(10);
  auto parties = pair(GetParam(), random);
  Bytes wire, payload;
  EXPECT_TRUE(parties.responder.write({}, wire).error().is(Errc::out_of_turn));
  EXPECT_TRUE(parties.initiator.read(Bytes(100), payload).error().is(Errc::out_of_turn));
  const auto third = play_until(parties, 2);
  ASSERT_TRUE(parties.responder.read(third, payload));
  EXPECT_TRUE(parties.initiator.finished());
  EXPECT_TRUE(parties.initiator.write({}, wire).error().is(Errc::out_of_turn));
}

TEST_P(NoisePattern, refuses_a_message_over_65535_bytes) {
  SeededRandom random(11);
  auto parties = pair(GetParam(), random);
  Bytes wire;
  EXPECT_TRUE(parties.initiator.write(Bytes(65535), wire).error().is(Errc::too_long));
  EXPECT_TRUE(wire.empty());
  Bytes payload;
  EXPECT_TRUE(parties.responder.read(Bytes(65536), payload).error().is(Errc::too_long));
}

TEST_P(NoisePattern, refuses_an_ephemeral_key_of_low_order) {
  SeededRandom random(12);
  auto parties = pair(GetParam(), random);
  Bytes payload, wire(48);
  auto read = parties.responder.read(wire, payload);
  if (read) read = parties.responder.write({}, wire);  // XX: the first agreement is in the second message
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error().is(Errc::bad_key));
}

INSTANTIATE_TEST_SUITE_P(Patterns, NoisePattern, ::testing::Values(Pattern::xk, Pattern::xx),
                         [](const auto& pattern) { return pattern.param == Pattern::xk ? "XK" : "XX"; });

TEST(NoiseXk, refuses_another_responder) {
  SeededRandom random(13);
  auto parties = pair(Pattern::xk, random);
  auto stranger = pair(Pattern::xk, random);
  Bytes wire, payload;
  ASSERT_TRUE(parties.initiator.write({}, wire));
  EXPECT_TRUE(stranger.responder.read(wire, payload).error().is(Errc::decrypt_failed));
}

TEST(NoiseXk, cannot_start_without_the_responders_key) {
  SeededRandom random(14);
  HandshakeState initiator({Pattern::xk, Role::initiator, {}, crypto::X25519KeyPair::generate(random)},
                           random);
  Bytes wire;
  EXPECT_FALSE(initiator.write({}, wire));
}

}  // namespace
}  // namespace qnet::noise
