// Any bytes in the file of guards. A checksum would stop nearly all mutations, so the body is also read
// without it: what is accepted is written again byte for byte.
#include <algorithm>
#include <cstdlib>

#include "network/path/guard_sample.hpp"
#include "network/path/limits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const base::ByteView input(data, size);
  if (const auto whole = path::GuardSample::parse(input))
    if (!std::ranges::equal(whole->encode(), input)) std::abort();
  if (const auto body = path::GuardSample::parse_body(input)) {
    if (!std::ranges::equal(body->encode_body(), input)) std::abort();
    if (body->guards.size() + body->spent.size() > path::GuardLimits::ever) std::abort();
    const auto again = path::GuardSample::parse(body->encode());
    if (!again || *again != *body) std::abort();
  }
  return 0;
}
