// Points of NIST P-256, for the key shares that some browsers send and nobody uses.
#pragma once

#include <array>
#include <cstdint>

#include "foundation/base/random.hpp"

namespace qnet::crypto {

/// SEC 1 §2.3.3, uncompressed: 4, then both coordinates.
using P256Public = std::array<std::uint8_t, 65>;

/// The public key of a secret that is forgotten at once. Takes 40 bytes from `random`.
[[nodiscard]] P256Public random_p256_point(base::RandomSource& random);

}  // namespace qnet::crypto
