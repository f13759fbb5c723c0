// What building a ClientHello costs beside its keys, which are drawn before: those that are used, and those
// that only look used (a separate X25519 share, the key of ECH GREASE, a P-256 share). Random bytes are the
// system's.
#include <benchmark/benchmark.h>

#include "foundation/crypto/system_random.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet;  // NOLINT(google-build-using-namespace)

void build_hello(benchmark::State& state, const client_hello::Template& browser) {
  crypto::SystemRandom random;
  const auto kem = crypto::MlKemKeyPair::generate(random);
  const auto fresh = crypto::X25519KeyPair::generate(random).public_key;
  const auto point = crypto::random_p256_point(random);
  const client_hello::HelloInputs inputs{"www.example.com", fresh, fresh, &kem.public_key, &fresh, &point};
  for (auto _ : state) benchmark::DoNotOptimize(client_hello::build_client_hello(browser, inputs, random));
}

const bool registered = [] {
  for (const auto& browser : client_hello::builtin_templates())
    benchmark::RegisterBenchmark(("client_hello/" + browser.name).c_str(), build_hello, browser);
  return true;
}();
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
