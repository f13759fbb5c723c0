// What a record and a handshake cost. Compare the record's figures with
//   openssl speed -evp chacha20-poly1305 -bytes 16384
#include <array>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "foundation/crypto/aead.hpp"
#include "foundation/crypto/ed25519.hpp"
#include "foundation/crypto/hash.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/system_random.hpp"
#include "foundation/crypto/x25519.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet::crypto;  // NOLINT(google-build-using-namespace)

constexpr std::array<std::uint8_t, 5> header{23, 3, 3, 0x40, 0x10};

void seal(benchmark::State& state) {
  ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
  std::vector<std::uint8_t> text(static_cast<std::size_t>(state.range(0)));
  std::array<std::uint8_t, 16> tag{};
  std::uint64_t counter = 0;
  for (auto _ : state) {
    cipher.seal(ChaChaPoly::counter_nonce(counter++), header, text, tag);
    benchmark::DoNotOptimize(tag);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(seal)->Arg(64)->Arg(1350)->Arg(16384);

void open(benchmark::State& state) {
  ChaChaPoly cipher(std::array<std::uint8_t, 32>{});
  const auto nonce = ChaChaPoly::counter_nonce(0);
  std::vector<std::uint8_t> text(static_cast<std::size_t>(state.range(0)));
  // Under one nonce each text is the other's ciphertext, so that opening one leaves the other ready to be
  // opened.
  std::array<std::array<std::uint8_t, 16>, 2> tags{};
  cipher.seal(nonce, header, text, tags[1]);
  cipher.seal(nonce, header, text, tags[0]);
  std::size_t turn = 0;
  for (auto _ : state) {
    if (!cipher.open(nonce, header, text, tags[turn])) state.SkipWithError("a good record was refused");
    turn ^= 1;
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(open)->Arg(64)->Arg(1350)->Arg(16384);

void x25519_generate(benchmark::State& state) {
  SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(X25519KeyPair::generate(random));
}
BENCHMARK(x25519_generate);

void x25519_shared_secret(benchmark::State& state) {
  SystemRandom random;
  const auto own = X25519KeyPair::generate(random);
  const auto peer = X25519KeyPair::generate(random);
  for (auto _ : state) benchmark::DoNotOptimize(x25519(own.secret, peer.public_key));
}
BENCHMARK(x25519_shared_secret);

void ml_kem_generate(benchmark::State& state) {
  SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(MlKemKeyPair::generate(random));
}
BENCHMARK(ml_kem_generate);

void ml_kem_encapsulate(benchmark::State& state) {
  SystemRandom random;
  const auto pair = MlKemKeyPair::generate(random);
  for (auto _ : state) benchmark::DoNotOptimize(qnet::crypto::ml_kem_encapsulate(pair.public_key, random));
}
BENCHMARK(ml_kem_encapsulate);

void ml_kem_decapsulate(benchmark::State& state) {
  SystemRandom random;
  const auto pair = MlKemKeyPair::generate(random);
  const auto made = qnet::crypto::ml_kem_encapsulate(pair.public_key, random);
  for (auto _ : state) benchmark::DoNotOptimize(qnet::crypto::ml_kem_decapsulate(pair, made->ciphertext));
}
BENCHMARK(ml_kem_decapsulate);

void ed25519_sign(benchmark::State& state) {
  SystemRandom random;
  const auto pair = Ed25519KeyPair::generate(random);
  for (auto _ : state) benchmark::DoNotOptimize(pair.sign(header));
}
BENCHMARK(ed25519_sign);

void ed25519_verify(benchmark::State& state) {
  SystemRandom random;
  const auto pair = Ed25519KeyPair::generate(random);
  const auto signature = pair.sign(header);
  for (auto _ : state)
    benchmark::DoNotOptimize(qnet::crypto::ed25519_verify(pair.public_key, header, signature));
}
BENCHMARK(ed25519_verify);

void sha256_of_64_bytes(benchmark::State& state) {
  const std::array<std::uint8_t, 64> text{};
  for (auto _ : state) benchmark::DoNotOptimize(sha256(text));
}
BENCHMARK(sha256_of_64_bytes);

void hmac_of_33_bytes(benchmark::State& state) {
  const std::array<std::uint8_t, 33> text{};
  for (auto _ : state) benchmark::DoNotOptimize(hmac_sha256(header, {text}));
}
BENCHMARK(hmac_of_33_bytes);
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
