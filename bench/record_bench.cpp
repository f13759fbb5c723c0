// What a transport record costs at each end, its copy and padding included. Compare with
//   openssl speed -evp chacha20-poly1305 -bytes 16384
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "foundation/crypto/system_random.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet;  // NOLINT(google-build-using-namespace)

noise::CipherState cipher() { return noise::CipherState(crypto::Secret<32>(std::array<std::uint8_t, 32>{})); }

void write_record(benchmark::State& state) {
  crypto::SystemRandom random;
  htx::testing::RecordPipe writer(cipher(), random);
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    writer.append(data);
    writer.flush();
    benchmark::DoNotOptimize(writer.pending().data());
    writer.sent(writer.pending().size());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(write_record)->Arg(64)->Arg(1350)->Arg(16383);

/// Opening destroys what was sealed, so each round opens a copy; the copy's cost is in the figure.
void read_record(benchmark::State& state) {
  crypto::SystemRandom random;
  htx::testing::RecordPipe writer(cipher(), random);
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)));
  constexpr std::size_t kBatch = 64;
  for (std::size_t n = 0; n < kBatch; ++n) {
    writer.append(data);
    writer.flush();
  }
  const std::vector<std::uint8_t> sealed(writer.pending().begin(), writer.pending().end());
  std::vector<std::uint8_t> wire(sealed.size());
  for (auto _ : state) {
    wire = sealed;
    htx::RecordReader reader(cipher());
    for (base::MutableBytes rest(wire); !rest.empty();) {
      const auto opened = reader.open(rest);
      if (!opened || !*opened) return state.SkipWithError("a good record was refused");
      rest = rest.subspan((*opened)->consumed);
    }
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(read_record)->Arg(64)->Arg(1350)->Arg(16383);
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
