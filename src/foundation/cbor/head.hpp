// The initial byte of a data item (RFC 8949 §3).
#pragma once

namespace qnet::cbor {

enum class Major : unsigned {
  unsigned_integer = 0,
  negative_integer = 1,
  bytes = 2,
  text = 3,
  array = 4,
  map = 5,
  tag = 6,
  simple = 7,  ///< and floats
};

// Additional information that says how many bytes the argument has.
inline constexpr unsigned kOneByte = 24;
inline constexpr unsigned kTwoBytes = 25;
inline constexpr unsigned kFourBytes = 26;
inline constexpr unsigned kEightBytes = 27;
inline constexpr unsigned kIndefinite = 31;

}  // namespace qnet::cbor
