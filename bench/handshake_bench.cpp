// The CPU time of each side of a handshake beside the public-key operations in it, each measured in the same
// run. The counters tell the share: `ratio` is a side's time divided by the sum of its operations.
//
// initiator (Chromium): X25519 keys e, s, the separate share and ECH GREASE's, ML-KEM key pair; es, ee, se;
// decapsulation. responder: the key re; es, ee, se; encapsulation. Where the profile's group is plain X25519,
// neither en- nor decapsulates.
#include <ctime>

#include <benchmark/benchmark.h>

#include "foundation/crypto/system_random.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/initiator.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet;  // NOLINT(google-build-using-namespace)

constexpr htx::WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::uint16_t kHybrid = 0x11ec;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// What timing nothing gives: asking for this thread's time is a call into the kernel.
double clock_cost() {
  static const double cost = [] {
    constexpr int kRounds = 10'000;
    double sum = 0;
    for (int n = 0; n < kRounds; ++n) {
      const auto start = cpu_seconds();
      sum += cpu_seconds() - start;
    }
    return sum / kRounds;
  }();
  return cost;
}

/// The time that `work` takes is added to `sum`.
template <class Work>
auto timed(double& sum, Work work) {
  const auto start = cpu_seconds();
  auto result = work();
  sum += cpu_seconds() - start - clock_cost();
  return result;
}

struct Operations {
  double generate = 0, derive = 0, kem_generate = 0, encapsulate = 0, decapsulate = 0;
};

/// One of each.
void measure(Operations& sums, crypto::SystemRandom& random) {
  const auto pair = timed(sums.generate, [&] { return crypto::X25519KeyPair::generate(random); });
  (void)timed(sums.derive, [&] { return crypto::x25519(pair.secret, pair.public_key); });
  const auto kem = timed(sums.kem_generate, [&] { return crypto::MlKemKeyPair::generate(random); });
  const auto sent =
      timed(sums.encapsulate, [&] { return crypto::ml_kem_encapsulate(kem.public_key, random); });
  (void)timed(sums.decapsulate, [&] { return crypto::ml_kem_decapsulate(kem, sent->ciphertext); });
}

struct Sides {
  double initiator = 0, responder = 0;
};

class Pair {
 public:
  Pair(const htx::MirrorProfile& profile, crypto::SystemRandom& random)
      : random_(random), seen_(random), gate_({relay_.clone(), htx::MirrorProfiles({profile}), {}}, seen_) {}

  bool shake_hands(const client_hello::Template& browser, Sides& sums) {
    htx::Initiator::Config config{&browser, "www.example.com", relay_.public_key, {}, kNow};
    auto initiator = timed(sums.initiator, [&] { return htx::Initiator::start(std::move(config), random_); });
    auto decision = timed(sums.responder, [&] { return gate_.examine(initiator->hello(), kNow); });
    auto* const responder = std::get_if<htx::Responder>(&decision);
    if (responder == nullptr) return false;
    const auto writes = timed(sums.responder, [&] { return responder->answer(random_); });
    base::Bytes answer;
    for (const auto& write : *writes) base::append(answer, write);
    const auto received = timed(sums.initiator, [&] { return initiator->receive(answer); });
    if (!received || !*received) return false;
    const auto finished = timed(sums.initiator, [&] { return initiator->finish({}); });
    const auto done = timed(sums.responder, [&] { return responder->receive(finished->flight); });
    if (!done || !*done) return false;
    (void)timed(sums.responder, [&] { return responder->finish(); });
    return true;
  }

 private:
  crypto::SystemRandom& random_;
  crypto::X25519KeyPair relay_ = crypto::X25519KeyPair::generate(random_);
  htx::ReplayCache seen_;
  htx::Gate gate_;
};

void handshake(benchmark::State& state, const client_hello::Template& browser,
               const htx::MirrorProfile& profile) {
  crypto::SystemRandom random;
  (void)clock_cost();
  Pair pair(profile, random);
  Sides sides;
  Operations ops;
  for (auto _ : state) {
    // In turns, so that both see the same machine.
    if (!pair.shake_hands(browser, sides)) return state.SkipWithError("the handshake failed");
    measure(ops, random);
  }
  const double rounds = static_cast<double>(state.iterations());
  const bool hybrid = profile.group == kHybrid;
  const double keys = 2.0 + (browser.has<client_hello::part::SeparateX25519>() ? 1 : 0) +
                      (browser.has<client_hello::part::FreshX25519>() ? 1 : 0);
  const double initiator_ops = keys * ops.generate + 3 * ops.derive +
                               (browser.has<client_hello::part::MlKem>() ? ops.kem_generate : 0) +
                               (hybrid ? ops.decapsulate : 0);
  const double responder_ops = ops.generate + 3 * ops.derive + (hybrid ? ops.encapsulate : 0);
  state.counters["initiator_us"] = sides.initiator / rounds * 1e6;
  state.counters["initiator_ratio"] = sides.initiator / initiator_ops;
  state.counters["responder_us"] = sides.responder / rounds * 1e6;
  state.counters["responder_ratio"] = sides.responder / responder_ops;
  state.counters["x25519_key_us"] = ops.generate / rounds * 1e6;
  state.counters["x25519_us"] = ops.derive / rounds * 1e6;
  state.counters["kem_key_us"] = ops.kem_generate / rounds * 1e6;
  state.counters["encap_us"] = ops.encapsulate / rounds * 1e6;
  state.counters["decap_us"] = ops.decapsulate / rounds * 1e6;
}

const bool registered = [] {
  for (const auto& profile : htx::builtin_profiles())
    for (const auto* const name : {"chromium-156", "firefox-esr-153", "safari-26"})
      benchmark::RegisterBenchmark((std::string("handshake/") + name + "/" + profile.name).c_str(), handshake,
                                   *client_hello::find_template(client_hello::builtin_templates(), name),
                                   profile);
  return true;
}();
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
