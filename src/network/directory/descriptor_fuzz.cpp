// Any bytes that a stranger registers. A signature would stop nearly all mutations, so descriptors are also
// read without it: one that is accepted is written again byte for byte.
#include <algorithm>
#include <cstdlib>

#include "network/directory/exchange.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const base::ByteView input(data, size);
  (void)directory::Registration::parse(input);
  (void)directory::Query::decode(input);
  const auto parsed = directory::SignedDescriptor::parse_unverified(input);
  if (parsed) {
    if (!std::ranges::equal(parsed->wire(), input)) std::abort();
    (void)parsed->verify();
  }
  return 0;
}
