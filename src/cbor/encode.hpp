#pragma once

#include "base/bytes.hpp"
#include "cbor/value.hpp"

namespace qnet::cbor {

/// Core deterministic encoding (RFC 8949 §4.2.1): shortest forms, definite lengths, sorted keys. A map must
/// not hold a key twice, nor a text what is not UTF-8: what encode() wrote, decode() takes.
[[nodiscard]] base::Bytes encode(const Value& value);

}  // namespace qnet::cbor
