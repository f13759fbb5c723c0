#include "foundation/crypto/system_random.hpp"

#include <climits>
#include <cstdio>
#include <cstdlib>

#include <openssl/rand.h>

namespace qnet::crypto {

void SystemRandom::fill(base::MutableBytes out) {
  while (!out.empty()) {
    const auto part = out.first(std::min<std::size_t>(out.size(), INT_MAX));
    if (RAND_bytes(part.data(), static_cast<int>(part.size())) != 1) {
      // Going on would mean keys that others can guess.
      std::fputs("qnet: the system gives no randomness\n", stderr);
      std::abort();
    }
    out = out.subspan(part.size());
  }
}

}  // namespace qnet::crypto
