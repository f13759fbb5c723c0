// What the beginning of a circuit costs each side, without the streams that carry it: the client, the relay
// that takes a first message, and the relay that refuses one. In the same run the public-key operations in
// it.
#include <benchmark/benchmark.h>

#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/system_random.hpp"
#include "overlay/circuit/creation.hpp"
#include "overlay/circuit/initiator.hpp"
#include "overlay/peer/identity.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet;           // NOLINT(google-build-using-namespace)
using namespace qnet::circuit;  // NOLINT(google-build-using-namespace)

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};

struct Relay {
  explicit Relay(base::RandomSource& random, std::size_t count = 1)
      : peer(peer::Identity::generate(random).peer_id()) {
    for (std::size_t n = 0; n < count; ++n) keys.push_back(crypto::X25519KeyPair::generate(random));
  }
  [[nodiscard]] Hop hop() const { return {peer, keys.back().public_key}; }

  peer::PeerId peer;
  std::vector<crypto::X25519KeyPair> keys;
};

/// A relay's part in a circuit: its answer and its layer. `message` becomes that of the next hop.
struct Part {
  base::Bytes answer;
  Layer layer;
};
Part take_part(const Relay& relay, base::Bytes& message, base::RandomSource& random) {
  auto opened = open(message, relay.peer, relay.keys, kNow, random);
  auto answered = answer(*opened);
  message = std::move(opened->rest);
  return {std::move(answered->answer), Layer(std::move(answered->keys), noise::Role::responder)};
}

/// The answers of all hops as the client gets them.
std::vector<base::Bytes> answers_of(std::span<const Relay> relays, base::Bytes message,
                                    base::RandomSource& random) {
  std::vector<base::Bytes> answers;
  std::vector<Layer> layers;
  for (const auto& relay : relays) {
    auto part = take_part(relay, message, random);
    auto frame = std::move(part.answer);
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
      base::Bytes sealed(frame.size() + FrameLimits::overhead);
      std::ranges::copy(frame, sealed.begin() + FrameLimits::length_field);
      (void)layer->seal(sealed);
      frame = std::move(sealed);
    }
    layers.push_back(std::move(part.layer));
    answers.push_back(std::move(frame));
  }
  return answers;
}

/// A client's whole work for a circuit with so many hops behind the guard: two for three hops.
void client(benchmark::State& state) {
  crypto::SystemRandom random;
  std::vector<Relay> relays;
  std::vector<Hop> hops;
  for (std::int64_t n = 0; n < state.range(0); ++n) hops.push_back(relays.emplace_back(random).hop());
  for (auto _ : state) {
    auto created = create(hops, kNow, {}, random);
    state.PauseTiming();
    auto answers = answers_of(relays, created->message, random);
    state.ResumeTiming();
    Initiator initiator(std::move(created->handshakes));
    for (auto& answer : answers)
      if (!initiator.take(answer)) return state.SkipWithError("an answer was not taken");
  }
}
BENCHMARK(client)->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMicrosecond);

/// A relay that takes a first message, by the last of so many keys.
void taken(benchmark::State& state) {
  crypto::SystemRandom random;
  const Relay relay(random, static_cast<std::size_t>(state.range(0)));
  const std::vector<Hop> hops{relay.hop(), Relay(random).hop()};
  const auto created = create(hops, kNow, {}, random);
  for (auto _ : state) {
    auto message = created->message;
    benchmark::DoNotOptimize(take_part(relay, message, random));
  }
}
BENCHMARK(taken)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);

void refuse_all(benchmark::State& state, const Relay& relay, const base::Bytes& message,
                base::RandomSource& random) {
  for (auto _ : state) {
    if (open(message, relay.peer, relay.keys, kNow, random)) return state.SkipWithError("it was taken");
    benchmark::DoNotOptimize(refuse(Status::refused, random));
  }
}

/// Random bytes, or what is sealed to another key: nothing opens it. Each key is tried.
void rubbish(benchmark::State& state) {
  crypto::SystemRandom random;
  const Relay relay(random, static_cast<std::size_t>(state.range(0)));
  base::Bytes message(CreationLimits::message);
  random.fill(message);
  refuse_all(state, relay, message, random);
}
BENCHMARK(rubbish)->Arg(1)->Arg(2)->Arg(3)->Unit(benchmark::kMicrosecond);

void of_another_time(benchmark::State& state) {
  crypto::SystemRandom random;
  const Relay relay(random);
  const std::vector<Hop> hops{relay.hop()};
  refuse_all(state, relay, create(hops, kNow - std::chrono::hours(1), {}, random)->message, random);
}
BENCHMARK(of_another_time)->Unit(benchmark::kMicrosecond);

/// It opens, and then is found to have come before (service.cpp).
void replayed(benchmark::State& state) {
  crypto::SystemRandom random;
  const Relay relay(random);
  const std::vector<Hop> hops{relay.hop(), Relay(random).hop()};
  const auto created = create(hops, kNow, {}, random);
  for (auto _ : state) {
    benchmark::DoNotOptimize(open(created->message, relay.peer, relay.keys, kNow, random));
    benchmark::DoNotOptimize(refuse(Status::refused, random));
  }
}
BENCHMARK(replayed)->Unit(benchmark::kMicrosecond);

void x25519_key(benchmark::State& state) {
  crypto::SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(crypto::X25519KeyPair::generate(random));
}
BENCHMARK(x25519_key)->Unit(benchmark::kMicrosecond);

void x25519(benchmark::State& state) {
  crypto::SystemRandom random;
  const auto pair = crypto::X25519KeyPair::generate(random);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::x25519(pair.secret, pair.public_key));
}
BENCHMARK(x25519)->Unit(benchmark::kMicrosecond);

void ml_kem_encapsulate(benchmark::State& state) {
  crypto::SystemRandom random;
  const auto pair = crypto::MlKemKeyPair::generate(random);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::ml_kem_encapsulate(pair.public_key, random));
}
BENCHMARK(ml_kem_encapsulate)->Unit(benchmark::kMicrosecond);
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
