// Any bytes that a stranger registers. A signature would stop nearly all mutations, so descriptors are also
// read without it: one that is accepted is written again byte for byte.
#include <algorithm>
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/cbor/decode.hpp"
#include "network/directory/exchange.hpp"

namespace {

using namespace qnet;

base::Bytes body_of(const directory::SignedDescriptor& document) {
  const auto whole = cbor::decode(document.wire());
  return *(*whole->array())[0].bytes();
}

const peer::Identity& somebody() {
  static const auto identity = [] {
    base::testing::SeededRandom random(1);
    return peer::Identity::generate(random);
  }();
  return identity;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  (void)directory::Registration::parse(input);
  (void)directory::Query::decode(input);
  const auto parsed = directory::SignedDescriptor::parse_unverified(input);
  if (parsed) {
    if (!std::ranges::equal(parsed->wire(), input)) std::abort();
    const auto again = directory::SignedDescriptor::sign(parsed->descriptor(), somebody());
    if (body_of(again) != body_of(*parsed)) std::abort();
    (void)parsed->verify();
  }
  return 0;
}
