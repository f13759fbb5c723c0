// What a neighbour may send as a frame: it does not open, or it is the very frame that was sealed.
#include <algorithm>
#include <cstdlib>

#include "overlay/circuit/layers.hpp"

using namespace qnet;

namespace {

noise::TransportKeys keys() {
  return {noise::CipherState(crypto::Secret<32>()), noise::CipherState(crypto::Secret<32>())};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::Bytes input(data, data + size);
  if (const auto whole = circuit::frame_size(input);
      whole && *whole && **whole > circuit::FrameLimits::largest)
    std::abort();
  if (const auto inside = circuit::Layers::data_in(input); inside && inside->size() > size) std::abort();
  circuit::Layers sealing, opening;
  sealing.add(keys(), noise::Role::initiator);
  opening.add(keys(), noise::Role::responder);
  const auto some = circuit::Layers::data_of_next(std::min<std::size_t>(size, 1000));
  base::Bytes genuine(circuit::FrameLimits::largest);
  std::copy_n(input.begin(), some, sealing.data_of(genuine).begin());
  genuine.resize(*sealing.seal(genuine, some));
  auto changed = genuine;
  for (std::size_t i = 0; i + 2 < size && i < 12; i += 3)
    changed[(data[i] * 256U + data[i + 1]) % changed.size()] ^= data[i + 2];
  const bool same = changed == genuine;
  if (opening.open(changed).has_value() != same) std::abort();
  return 0;
}
