// Network byte order, read and written at any alignment. The caller has checked the size.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace qnet::base {

template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_be(const std::uint8_t* from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | from[i]);
  return value;
}

template <std::unsigned_integral T>
constexpr void store_be(std::uint8_t* to, T value) {
  for (std::size_t i = sizeof(T); i-- > 0; value = static_cast<T>(static_cast<std::uint64_t>(value) >> 8))
    to[i] = static_cast<std::uint8_t>(value);
}

template <std::unsigned_integral T>
constexpr void store_le(std::uint8_t* to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i, value = static_cast<T>(static_cast<std::uint64_t>(value) >> 8))
    to[i] = static_cast<std::uint8_t>(value);
}

}  // namespace qnet::base
