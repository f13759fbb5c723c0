#include "mesh/base58.hpp"

#include <algorithm>

namespace qnet::mesh {

namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
// The work grows with the square of the length; a peer id has 52 characters.
constexpr std::size_t kLongest = 128;

/// Turns digits of one base, most significant first, into digits of another, least significant first.
base::Bytes convert(base::ByteView digits, unsigned from, unsigned to) {
  base::Bytes result;
  for (const auto digit : digits) {
    unsigned carry = digit;
    for (auto& place : result) {
      carry += place * from;
      place = static_cast<std::uint8_t>(carry % to);
      carry /= to;
    }
    for (; carry > 0; carry /= to) result.push_back(static_cast<std::uint8_t>(carry % to));
  }
  return result;
}

}  // namespace

std::string to_base58(base::ByteView bytes) {
  const auto zeros = std::ranges::find_if(bytes, [](auto byte) { return byte != 0; }) - bytes.begin();
  std::string text(static_cast<std::size_t>(zeros), kAlphabet.front());
  const auto digits = convert(bytes, 256, 58);
  std::transform(digits.rbegin(), digits.rend(), std::back_inserter(text),
                 [](auto digit) { return kAlphabet[digit]; });
  return text;
}

std::optional<base::Bytes> from_base58(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  base::Bytes digits;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    digits.push_back(static_cast<std::uint8_t>(digit));
  }
  const auto zeros = std::ranges::find_if(digits, [](auto digit) { return digit != 0; }) - digits.begin();
  base::Bytes bytes(static_cast<std::size_t>(zeros));
  const auto value = convert(digits, 58, 256);
  bytes.insert(bytes.end(), value.rbegin(), value.rend());
  return bytes;
}

}  // namespace qnet::mesh
