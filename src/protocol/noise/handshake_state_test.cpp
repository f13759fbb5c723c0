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
  if (!vector.as_object().contains(field)) return {};
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
  const auto known = pattern == Pattern::xx ? std::nullopt : std::optional(theirs.public_key);
  return {HandshakeState({pattern, Role::initiator, {1, 2}, std::move(ours), known}, random),
          HandshakeState({pattern, Role::responder, {1, 2}, std::move(theirs)}, random)};
}

/// Of the last message; the first is 0.
std::size_t last_of(Pattern pattern) { return pattern == Pattern::nk || pattern == Pattern::nk_hfs ? 1 : 2; }

HandshakeState& reader_of(Pair& parties, std::size_t message) {
  return message % 2 == 0 ? parties.responder : parties.initiator;
}

/// Whether what is cut or changed in the payload makes another message, and not a wrong one.
bool is_unsealed(Pattern pattern, std::size_t message) { return pattern == Pattern::xx && message == 0; }

/// Delivers the messages before this one, and gives it.
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
    const auto pattern = name.starts_with("Noise_NK_")   ? Pattern::nk
                         : name.starts_with("Noise_XK_") ? Pattern::xk
                                                         : Pattern::xx;
    crypto::testing::FixedRandom first(bytes_at(vector, "init_ephemeral"));
    crypto::testing::FixedRandom second(bytes_at(vector, "resp_ephemeral"));
    const auto known =
        pattern == Pattern::xx ? std::nullopt : std::optional(array_at<32>(vector, "init_remote_static"));
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
        if (vector.as_object().contains("handshake_hash"))
          EXPECT_EQ(base::to_hex(ours->handshake_hash), crypto::testing::text_at(vector, "handshake_hash"));
        EXPECT_EQ(ours->handshake_hash, theirs->handshake_hash);
        continue;
      }
      auto& sealing = from_initiator ? ours->from_initiator : theirs->from_responder;
      EXPECT_EQ(sealed(sealing, payload), expected);
    }
    EXPECT_EQ(initiator.remote_static(), key_pair(vector, "resp_static").public_key);
    if (pattern != Pattern::nk)
      EXPECT_EQ(responder.remote_static(), key_pair(vector, "init_static").public_key);
    ++count;
  }
  EXPECT_EQ(count, 3U);
}

class NoisePattern : public ::testing::TestWithParam<Pattern> {};

TEST_P(NoisePattern, refuses_every_flipped_bit_of_a_sealed_message) {
  for (std::size_t number = 0; number <= last_of(GetParam()); ++number) {
    if (is_unsealed(GetParam(), number)) continue;
    SeededRandom sizing(7);
    auto probe = pair(GetParam(), sizing);
    const auto length = play_until(probe, number).size();
    const std::size_t step = length > 1000 ? 61 : 3;
    for (std::size_t bit = 0; bit < length * 8; bit += step) {
      SeededRandom random(7);
      auto parties = pair(GetParam(), random);
      auto wire = play_until(parties, number);
      wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1U << bit % 8));
      Bytes payload;
      auto& reader = reader_of(parties, number);
      // The top bit of an X25519 key is ignored by RFC 7748 §5, but not by the transcript.
      EXPECT_FALSE(reader.read(wire, payload)) << number << " bit " << bit;
      EXPECT_TRUE(payload.empty());
      EXPECT_FALSE(reader.finished());
      EXPECT_FALSE(reader.write({}, wire)) << "a failed handshake must not go on";
    }
  }
}

TEST_P(NoisePattern, refuses_every_shorter_message) {
  for (std::size_t number = 0; number <= last_of(GetParam()); ++number) {
    SeededRandom sizing(8);
    auto probe = pair(GetParam(), sizing);
    const auto length = play_until(probe, number).size();
    const std::size_t step = length > 1000 ? 13 : 1;
    for (std::size_t size = 0; size < length; size += step) {
      SeededRandom random(8);
      auto parties = pair(GetParam(), random);
      const auto wire = play_until(parties, number);
      Bytes payload;
      auto& reader = reader_of(parties, number);
      const auto read = reader.read(base::ByteView(wire).first(size), payload);
      // XX's first message is not sealed: cut in its payload, it is another message.
      const bool still_whole = is_unsealed(GetParam(), number) && size >= 32;
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
  const auto last = play_until(parties, last_of(GetParam()));
  ASSERT_TRUE(reader_of(parties, last_of(GetParam())).read(last, payload));
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

TEST_P(NoisePattern, carries_a_second_payload_of_a_message) {
  SeededRandom random(15);
  auto parties = pair(GetParam(), random);
  Bytes wire, more, payload;
  ASSERT_TRUE(parties.initiator.write(Bytes{1}, wire));
  ASSERT_TRUE(parties.initiator.write_more(Bytes{2, 3}, more));
  ASSERT_TRUE(parties.responder.read(wire, payload));
  ASSERT_TRUE(parties.responder.read_more(more, payload));
  EXPECT_EQ(payload, (Bytes{1, 2, 3}));
  // It is part of the transcript: the next message opens.
  wire.clear();
  ASSERT_TRUE(parties.responder.write({}, wire));
  EXPECT_TRUE(parties.initiator.read(wire, payload));
}

TEST_P(NoisePattern, misses_a_second_payload_that_was_left_out) {
  SeededRandom random(16);
  auto parties = pair(GetParam(), random);
  Bytes wire, ignored;
  ASSERT_TRUE(parties.initiator.write({}, wire));
  ASSERT_TRUE(parties.initiator.write_more({}, ignored));
  ASSERT_TRUE(parties.responder.read(wire, ignored));
  wire.clear();
  ASSERT_TRUE(parties.responder.write({}, wire));
  // XX's first message has no key yet: nothing was added but an empty text, which its hash counts all the
  // same.
  EXPECT_FALSE(parties.initiator.read(wire, ignored));
}

TEST_P(NoisePattern, takes_a_second_payload_only_behind_a_message_of_that_direction) {
  SeededRandom random(17);
  auto parties = pair(GetParam(), random);
  Bytes wire;
  EXPECT_TRUE(parties.initiator.write_more({}, wire).error().is(Errc::out_of_turn));
  EXPECT_TRUE(parties.responder.read_more(Bytes(16), wire).error().is(Errc::out_of_turn));
  ASSERT_TRUE(parties.initiator.write({}, wire));
  EXPECT_TRUE(parties.initiator.read_more(Bytes(16), wire).error().is(Errc::out_of_turn));
  EXPECT_TRUE(parties.responder.write_more({}, wire).error().is(Errc::out_of_turn));
}

INSTANTIATE_TEST_SUITE_P(Patterns, NoisePattern,
                         ::testing::Values(Pattern::nk, Pattern::nk_hfs, Pattern::xk, Pattern::xx),
                         [](const auto& pattern) {
                           switch (pattern.param) {
                             case Pattern::nk: return "NK";
                             case Pattern::nk_hfs: return "NKhfs";
                             case Pattern::xk: return "XK";
                             case Pattern::xx: break;
                           }
                           return "XX";
                         });

TEST(NoiseHandshake, with_a_known_responder_refuses_another) {
  for (const auto pattern : {Pattern::nk, Pattern::nk_hfs, Pattern::xk}) {
    SeededRandom random(13);
    auto parties = pair(pattern, random);
    auto stranger = pair(pattern, random);
    Bytes wire, payload;
    ASSERT_TRUE(parties.initiator.write({}, wire));
    EXPECT_TRUE(stranger.responder.read(wire, payload).error().is(Errc::decrypt_failed));
  }
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
