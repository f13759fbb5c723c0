#pragma once

#include "foundation/base/bytes.hpp"

namespace qnet::cbor {

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(base::ByteView bytes);

}  // namespace qnet::cbor
