// Transport records: forged bytes never open; honest bytes arrive whole however they are written and cut; a
// changed byte ends the session at its record.
#include <algorithm>
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace {

using namespace qnet;

noise::CipherState cipher() {
  static constexpr std::array<std::uint8_t, 32> key{1, 2, 3};
  return noise::CipherState(crypto::Secret<32>(key));
}

void check(bool truth) {
  if (!truth) std::abort();
}

void forged(base::ByteView input) {
  base::Bytes bytes(input.begin(), input.end());
  htx::RecordReader reader(cipher());
  const auto opened = reader.open(bytes);
  check(!opened || !*opened);
}

/// `input` is written in pieces whose sizes it gives itself, then one byte on the wire is changed, or none.
void honest(base::ByteView input, std::uint8_t flip_at, bool flip) {
  base::testing::SeededRandom random(2);
  htx::testing::RecordPipe writer(cipher(), random);
  base::Bytes sent;
  for (auto rest = input; !rest.empty();) {
    const auto count = std::min<std::size_t>(rest.size(), std::size_t{rest[0]} * 4 + 1);
    writer.append(rest.first(count));
    if (rest[0] % 3 == 0) writer.flush();
    base::append(sent, rest.first(count));
    rest = rest.subspan(count);
  }
  writer.flush();
  base::Bytes wire(writer.pending().begin(), writer.pending().end());
  if (wire.empty()) return;
  if (flip) wire[wire.size() * flip_at / 256] ^= 0x10;

  htx::RecordReader reader(cipher());
  base::Bytes received;
  base::MutableBytes rest(wire);
  bool failed = false;
  while (!rest.empty()) {
    const auto opened = reader.open(rest);
    if (!opened || !*opened) {
      failed = true;
      break;
    }
    base::append(received, (*opened)->data);
    rest = rest.subspan((*opened)->consumed);
  }
  check(failed == flip);
  check(received.size() <= sent.size() && std::equal(received.begin(), received.end(), sent.begin()));
  check(flip || received.size() == sent.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  forged(input);
  if (size >= 2) honest(input.subspan(2), data[0], data[1] % 2 == 0);
  return 0;
}
