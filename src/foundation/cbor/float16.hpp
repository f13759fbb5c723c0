// IEEE 754 half precision, which C++20 has no type for.
#pragma once

#include <cstdint>
#include <optional>

namespace qnet::cbor {

[[nodiscard]] double from_half(std::uint16_t half);

/// The half with exactly this value; nothing when there is none. NaN gives the one canonical NaN, 0x7e00.
[[nodiscard]] std::optional<std::uint16_t> to_half(double value);

}  // namespace qnet::cbor
