// Any bytes: refused, or written again to the byte.
#include <algorithm>
#include <cstdlib>

#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qnet::base::ByteView input(data, size);
  const auto value = qnet::cbor::decode(input);
  if (value && !std::ranges::equal(qnet::cbor::encode(*value), input)) std::abort();
  return 0;
}
