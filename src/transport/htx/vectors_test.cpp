// The vectors of tests/vectors/htx, which docs/spec/htx.md promises to other implementations: fixed keys in,
// the same bytes out. QNET_WRITE_VECTORS=1 writes them anew; verify.py beside them checks them without this
// code.
#include <gtest/gtest.h>

#include <cstdlib>

#include "foundation/base/endian.hpp"
#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/testing/recording_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace qnet::htx {
namespace {

namespace json = boost::json;
using base::to_hex;
using crypto::testing::RecordingRandom;

constexpr const char* kFile = "htx/mirror.json";
constexpr WallTime kPeerTime{std::chrono::seconds(1'800'000'000)};
constexpr WallTime kRelayTime{std::chrono::seconds(1'800'000'007)};

std::string sealed_record(testing::RecordPipe& writer, std::string_view data) {
  writer.append(base::bytes_of(data));
  writer.flush();
  const auto wire = to_hex(writer.pending());
  writer.sent(writer.pending().size());
  return wire;
}

/// One record with one byte before the first rekey, then the first record after it.
json::object record_vectors(noise::CipherState cipher) {
  base::testing::SeededRandom padding(21);
  testing::RecordPipe writer(std::move(cipher), padding);
  json::object result;
  result["first"] = json::object{{"data", "first"}, {"record", sealed_record(writer, "first")}};
  const std::string large(1000, 'x');
  result["second"] = json::object{{"data", large}, {"record", sealed_record(writer, large)}};
  for (std::uint64_t number = 2; number < RecordLimits::rekey_interval; ++number)
    (void)sealed_record(writer, "x");
  result["number_65536"] = json::object{{"data", "rekeyed"}, {"record", sealed_record(writer, "rekeyed")}};
  return result;
}

Initiator start(const crypto::X25519Public& relay, base::RandomSource& random) {
  return Initiator::start(
             {&client_hello::builtin_templates().front(), "www.example.com", relay, {}, kPeerTime}, random)
      .value();
}

/// What the peer says when a record that nobody can open follows the ServerHello.
base::Bytes alert_of(Initiator initiator, base::ByteView answer) {
  const auto size = RecordLimits::header + base::load_be<std::uint16_t>(&answer[3]);
  base::Bytes changed(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(size));
  base::append(changed, base::from_hex("1703030013" + std::string(38, '0')).value());
  EXPECT_FALSE(initiator.receive(changed));
  return initiator.refusal();
}

json::object make_vector(const MirrorProfile& profile, std::uint64_t seed) {
  RecordingRandom random(seed);
  json::object vector{{"profile", profile.name}, {"server_name", "www.example.com"}};
  const auto relay = crypto::X25519KeyPair::generate(random);
  vector["relay_static_secret"] = random.take(32);
  vector["relay_static_public"] = to_hex(relay.public_key);

  auto initiator = start(relay.public_key, random);
  vector["ephemeral_secret"] = random.take(32);
  vector["ml_kem_seed"] = random.take(64);
  vector["static_secret"] = random.take(32);
  vector["time"] = kPeerTime.time_since_epoch().count();
  vector["client_hello"] = to_hex(initiator.hello());

  ReplayCache seen{random};
  const Gate gate{{relay.clone(), MirrorProfiles({profile}), {}}, seen};
  RecordingRandom relay_random(seed + 1);
  auto decision = gate.examine(initiator.hello(), kRelayTime);
  auto& responder = std::get<Responder>(decision);
  base::Bytes answer;
  const auto writes = responder.answer(relay_random).value();
  for (const auto& write : writes) base::append(answer, write);
  vector["relay_ephemeral_secret"] = relay_random.take(32);
  if (profile.group == 0x11ec) vector["ml_kem_message"] = relay_random.take(32);
  vector["relay_time"] = kRelayTime.time_since_epoch().count();
  vector["server_flight"] = to_hex(answer);

  base::testing::SeededRandom same_random(seed);
  (void)crypto::X25519KeyPair::generate(same_random);
  vector["client_alert"] = to_hex(alert_of(start(relay.public_key, same_random), answer));

  EXPECT_TRUE(initiator.receive(answer).value());
  auto finished = initiator.finish(base::bytes_of("first data")).value();
  vector["first_data"] = "first data";
  vector["client_flight"] = to_hex(finished.flight);
  vector["handshake_hash"] = to_hex(finished.keys.handshake_hash);
  vector["records_from_initiator"] = record_vectors(std::move(finished.keys.from_initiator));
  vector["records_from_responder"] = record_vectors(std::move(finished.keys.from_responder));
  return vector;
}

json::array make_vectors() {
  json::array vectors;
  std::uint64_t seed = 100;
  for (const auto& profile : builtin_profiles()) vectors.push_back(make_vector(profile, seed++));
  return vectors;
}

TEST(HtxVectors, are_what_fixed_keys_give) {
  const auto made = make_vectors();
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

TEST(HtxVectors, open_under_a_relays_key_alone) {
  const auto stored = crypto::testing::load_vectors(kFile);
  for (const auto& vector : stored.as_array()) {
    base::testing::SeededRandom random(1);
    ReplayCache seen{random};
    const auto secret = crypto::testing::array_at<32>(vector, "relay_static_secret");
    const Gate gate{{crypto::X25519KeyPair::from_secret(crypto::X25519Secret(secret)),
                     MirrorProfiles({builtin_profiles().front()}),
                     {}},
                    seen};
    const auto hello = crypto::testing::bytes_at(vector, "client_hello");
    EXPECT_TRUE(std::holds_alternative<Responder>(gate.examine(hello, kRelayTime)));
    EXPECT_EQ(std::get<Gate::Visit>(gate.examine(hello, kRelayTime)), Gate::Visit::replayed);
  }
}

}  // namespace
}  // namespace qnet::htx
