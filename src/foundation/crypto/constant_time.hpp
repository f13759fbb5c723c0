#pragma once

#include "foundation/base/bytes.hpp"

namespace qnet::crypto {

/// Whether two byte strings are the same, in a time that depends on their lengths only.
[[nodiscard]] bool equal(base::ByteView a, base::ByteView b);

}  // namespace qnet::crypto
