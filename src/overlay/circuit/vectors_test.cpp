// The vectors of tests/vectors/circuit, which docs/spec/circuit.md promises to other implementations: fixed
// keys in, the same bytes out. QNET_WRITE_VECTORS=1 writes them anew; verify.py beside them checks them
// without this code.
#include <gtest/gtest.h>

#include <cstdlib>

#include "foundation/crypto/testing/recording_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"
#include "overlay/circuit/initiator.hpp"

namespace qnet::circuit {
namespace {

namespace json = boost::json;
using base::to_hex;
using crypto::testing::RecordingRandom;

constexpr const char* kFile = "circuit/circuit.json";
constexpr WallTime kTime{std::chrono::seconds(1'800'000'007)};

struct Relay {
  peer::PeerId peer;
  crypto::X25519KeyPair key;
};

std::vector<Relay> relays(std::size_t count, RecordingRandom& random) {
  std::vector<Relay> made;
  for (std::size_t n = 0; n < count; ++n) {
    crypto::Ed25519Public name{};
    random.fill(name);
    made.push_back({peer::PeerId(name), crypto::X25519KeyPair::generate(random)});
  }
  return made;
}

/// What a client of these layers sends, or what the last hop does and all before it pass on.
std::string sealed(Layers& layers, std::string_view data) {
  base::Bytes room(FrameLimits::largest);
  std::ranges::copy(base::bytes_of(data), layers.data_of(room).begin());
  room.resize(layers.seal(room, data.size()).value());
  return to_hex(room);
}

/// Two frames, and the first under the next key.
json::array frames(const std::function<std::string(std::string_view)>& next) {
  json::array made;
  const std::string large(700, 'x');
  std::uint64_t count = 0;
  for (const auto& [number, data] :
       {std::pair<std::uint64_t, std::string>{0, "first"}, {1, large}, {65'536, "rekeyed"}}) {
    for (; count < number; ++count) (void)next("");
    made.push_back(json::object{{"number", number}, {"data", data}, {"frame", next(data)}});
    ++count;
  }
  return made;
}

json::object vector_of(std::size_t hops) {
  RecordingRandom random(40 + hops);
  const auto path = relays(hops, random);
  json::object made;
  json::array listed;
  std::vector<Hop> wanted;
  for (const auto& relay : path) {
    json::object row{{"peer", random.take(32)}, {"circuit_secret", random.take(32)}};
    row["circuit_public"] = to_hex(relay.key.public_key);
    listed.push_back(row);
    wanted.push_back({relay.peer, relay.key.public_key});
  }
  const std::string early = "what comes early";
  auto created = create(wanted, kTime, base::bytes_of(early), random);
  // They are drawn from the last hop to the first.
  for (auto hop = listed.rbegin(); hop != listed.rend(); ++hop) {
    hop->as_object()["ephemeral_secret"] = random.take(32);
    hop->as_object()["ml_kem_seed"] = random.take(64);
  }
  made["time"] = kTime.time_since_epoch().count();
  made["early"] = early;
  made["message"] = to_hex(created->message);

  Initiator initiator(std::move(created->handshakes));
  std::vector<Layer> layers;
  auto message = std::move(created->message);
  for (std::size_t n = 0; n < hops; ++n) {
    auto opened = open(message, path[n].peer, std::span(&path[n].key, 1), kTime, random);
    auto answered = answer(*opened);
    auto& row = listed[n].as_object();
    row["hop_ephemeral_secret"] = random.take(32);
    row["ml_kem_message"] = random.take(32);
    base::Bytes wire = answered->answer;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
      wire.insert(wire.begin(), FrameLimits::length_field, 0);
      wire.resize(wire.size() + FrameLimits::tag);
      EXPECT_TRUE(layer->seal(wire));
    }
    row["answer_at_client"] = to_hex(wire);
    EXPECT_TRUE(initiator.take(wire));
    row["handshake_hash"] = to_hex(initiator.handshake_hash());
    layers.emplace_back(std::move(answered->keys), noise::Role::responder);
    message = opened->rest;
  }
  made["hops"] = std::move(listed);
  auto client = initiator.take_layers();
  made["from_client"] = frames([&](std::string_view data) { return sealed(client, data); });
  return made;
}

TEST(CircuitVectors, are_what_this_code_makes) {
  json::array made;
  for (const std::size_t hops : {1U, 2U, 4U}) made.push_back(vector_of(hops));
  if (std::getenv("QNET_WRITE_VECTORS") != nullptr) {
    std::ofstream(std::string(TEST_VECTORS "/") + kFile) << json::serialize(made) << '\n';
    GTEST_SKIP() << "written anew";
  }
  const auto stored = crypto::testing::load_vectors(kFile);
  ASSERT_EQ(made.size(), stored.as_array().size());
  for (std::size_t n = 0; n < made.size(); ++n)
    for (const auto& [key, value] : made[n].as_object())
      EXPECT_EQ(json::serialize(value), json::serialize(stored.as_array()[n].at(key))) << n << " " << key;
}

}  // namespace
}  // namespace qnet::circuit
