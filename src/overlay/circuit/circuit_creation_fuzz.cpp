// What a stranger may send as a first message, or as an answer to one: it does not open, or it is the very
// message that was written, but for what was filled in.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/circuit/initiator.hpp"
#include "overlay/circuit/opening.hpp"

using namespace qnet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr circuit::WallTime now{std::chrono::seconds(1'700'000'000)};
  base::testing::SeededRandom random(1);
  const auto key = crypto::X25519KeyPair::generate(random);
  const peer::PeerId self(crypto::Ed25519Public{1});
  const std::array hops{circuit::Hop{self, key.public_key}};
  auto created = circuit::create(hops, now, {}, random);
  base::ByteView input(data, size);
  if (const auto opening = circuit::Opening::decode(input);
      opening && !std::ranges::equal(opening->encode(), input))
    std::abort();
  // Changes of a genuine message get deeper than what is made up: where, and by what.
  auto message = created->message;
  for (std::size_t i = 0; i + 2 < size && i < 96; i += 3)
    message[(data[i] * 256U + data[i + 1]) % message.size()] ^= data[i + 2];
  constexpr auto sealed = circuit::CreationLimits::layer + circuit::CreationLimits::innermost;
  const bool same = std::equal(message.begin(), message.begin() + sealed, created->message.begin());
  if (circuit::open(message, self, std::span(&key, 1), now, random).has_value() != same) std::abort();
  base::Bytes answer(input.begin(), input.end());
  circuit::Initiator initiator(std::move(created->handshakes));
  const auto wanted = initiator.next_size(answer);
  answer.resize(**wanted);
  if (initiator.take(answer)) std::abort();
  return 0;
}
