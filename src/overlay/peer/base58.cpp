#include "overlay/peer/base58.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace qnet::peer {

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

// A listing of a directory writes thousands of peer ids: five digits at once, a fifth of convert()'s work.
constexpr std::size_t kDigits = 5;
constexpr std::uint64_t kPlace = 58ULL * 58 * 58 * 58 * 58;

/// In base 58⁵, least significant first. Four bytes are taken at once; what the first of them lack is zero.
std::vector<std::uint64_t> places_of(base::ByteView bytes) {
  std::vector<std::uint64_t> places;
  places.reserve(bytes.size() / 3 + 1);  // 58⁵ has more than three bytes
  const auto add = [&places](std::uint64_t carry) {
    for (auto& place : places) {
      carry += place << 32U;  // below 2⁶²
      place = carry % kPlace;
      carry /= kPlace;
    }
    for (; carry > 0; carry /= kPlace) places.push_back(carry % kPlace);
  };
  std::uint64_t word = 0;
  for (auto left = bytes.size(); left > 0; --left) {
    word = word << 8U | bytes[bytes.size() - left];
    if (left % 4 == 1) add(std::exchange(word, 0));
  }
  return places;
}

}  // namespace

std::string to_base58(base::ByteView bytes) {
  const auto zeros = std::ranges::find_if(bytes, [](auto byte) { return byte != 0; }) - bytes.begin();
  std::string text(static_cast<std::size_t>(zeros), kAlphabet.front());
  std::string digits;  // least significant first
  for (auto place : places_of(bytes))
    for (std::size_t i = 0; i < kDigits; ++i, place /= 58) digits.push_back(kAlphabet[place % 58]);
  digits.erase(digits.find_last_not_of(kAlphabet.front()) + 1);
  text.append(digits.rbegin(), digits.rend());
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

}  // namespace qnet::peer
