#include "foundation/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace qnet::base {

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append(Bytes& to, ByteView from) { to.insert(to.end(), from.begin(), from.end()); }

std::string to_hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

namespace {

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::optional<std::uint32_t> base64url_digit(char c) {
  const auto at = kBase64Url.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(at);
}

}  // namespace

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]);
    const auto low = hex_digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return bytes;
}

std::string to_base64url(ByteView bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  auto at = text.begin();
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(3, bytes.size()))) {
    std::uint32_t bits = 0;
    const auto held = std::min<std::size_t>(3, bytes.size());
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < held ? bytes[i] : 0U);
    for (std::size_t i = 0; i <= held; ++i) *at++ = kBase64Url[bits >> (18 - 6 * i) & 63U];
  }
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = base64url_digit(c);
    if (!digit) return std::nullopt;
    bits = (bits << 6 | *digit) & 0xfffU;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  // Left-over bits must be absent or zero, or two texts would name the same bytes.
  if (held >= 6 || (bits & ((1U << held) - 1U)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace qnet::base
