#pragma once

#include "foundation/base/bytes.hpp"
#include "foundation/cbor/value.hpp"

namespace qnet::cbor {

/// Core deterministic encoding (RFC 8949 §4.2.1): shortest forms, definite lengths, sorted keys. A map must
/// not hold a key twice, nor a text what is not UTF-8: what encode() wrote, decode() takes.
[[nodiscard]] base::Bytes encode(const Value& value);

/// What stands before the bytes of a byte string: for a large one that is sent from where it lies.
[[nodiscard]] base::Bytes byte_string_head(std::uint64_t size);

}  // namespace qnet::cbor
