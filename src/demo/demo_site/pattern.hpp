// The bytes of /bytes/N: the same for everyone, cheap to make at any place, and hard to get right by
// accident.
#pragma once

#include <cstdint>

#include "foundation/base/bytes.hpp"

namespace qnet::demo_site {

/// Fills `out` with the pattern's bytes from `offset` on. The pattern does not depend on how it is cut into
/// pieces.
void fill_pattern(std::uint64_t offset, base::MutableBytes out);

/// Whether these are the pattern's bytes from `offset` on.
[[nodiscard]] bool is_pattern(std::uint64_t offset, base::ByteView bytes);

}  // namespace qnet::demo_site
