// What a stranger may send as any message of a handshake: it is refused, or it is the very message that was
// written.
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/noise/handshake_state.hpp"

namespace {

using namespace qnet;
using noise::Pattern;
using noise::Role;

void play(Pattern pattern, std::size_t attacked, base::ByteView forged) {
  base::testing::SeededRandom random(1);
  auto ours = crypto::X25519KeyPair::generate(random);
  auto theirs = crypto::X25519KeyPair::generate(random);
  const auto known = theirs.public_key;
  noise::HandshakeState initiator({pattern, Role::initiator, {}, std::move(ours), known}, random);
  noise::HandshakeState responder({pattern, Role::responder, {}, std::move(theirs)}, random);
  const std::size_t messages = pattern == Pattern::nk_hfs ? 2 : 3;
  for (std::size_t number = 0; number < messages; ++number) {
    auto& writer = number % 2 == 0 ? initiator : responder;
    auto& reader = number % 2 == 0 ? responder : initiator;
    base::Bytes wire, payload;
    if (!writer.write({}, wire)) std::abort();
    if (number < attacked) {
      if (!reader.read(wire, payload)) std::abort();
      continue;
    }
    const bool same = std::ranges::equal(wire, forged);
    const bool unsealed = pattern == Pattern::xx && number == 0;
    if (reader.read(forged, payload) && !same && !unsealed) std::abort();
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto attacked = static_cast<std::size_t>(data[0]) / 2 % 3;
  // What the seeds begin with names XK and XX; a high first byte is NK with its KEM.
  const auto pattern = data[0] >= 128 ? Pattern::nk_hfs : data[0] % 2 == 0 ? Pattern::xk : Pattern::xx;
  play(pattern, attacked, {data + 1, size - 1});
  return 0;
}
