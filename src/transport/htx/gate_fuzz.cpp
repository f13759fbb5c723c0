// A stranger's first bytes at a relay: its decision about them never crashes, and never takes them for a
// peer's.
#include <cstdlib>
#include <variant>

#include "foundation/base/testing/seeded_random.hpp"
#include "transport/htx/gate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  static base::testing::SeededRandom random(1);
  static htx::ReplayCache seen(random);
  static const htx::Gate gate(
      {crypto::X25519KeyPair::generate(random), htx::MirrorProfiles({htx::builtin_profiles().front()}), {}},
      seen);
  const auto decision = gate.examine({data, size}, htx::WallTime{std::chrono::seconds(1'800'000'000)});
  if (std::holds_alternative<htx::Responder>(decision)) std::abort();
  return 0;
}
