#pragma once

#include <string_view>

namespace qnet::cbor {

enum class Errc {
  truncated = 1,  ///< the item ends too early
  trailing_bytes,
  not_canonical,  ///< a longer form than needed of an integer, a length or a float
  indefinite_length,
  unsorted_keys,  ///< map keys not in bytewise order of their encodings (RFC 8949 §4.2.1), or twice
  bad_utf8,
  reserved,  ///< additional information 28..30, or a simple value that RFC 8949 reserves or we have no use
             ///< for
  too_deep,
  too_large,
  wrong_type,  ///< for readers of messages: a field is absent or of another type
};

[[nodiscard]] inline const char* error_domain(Errc) { return "cbor"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::cbor
