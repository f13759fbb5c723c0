#include "live/printable.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "foundation/cbor/utf8.hpp"

namespace qnet::cli {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

/// The bytes of the character that begins the text; 0 where that is no UTF-8.
std::size_t length_of_first(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < length || !cbor::is_utf8(base::bytes_of(text.substr(0, length)))) return 0;
  return length;
}

char32_t decode(std::string_view character) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  switch (character.size()) {
    case 1: return byte(0);
    case 2: return ((byte(0) & 0x1fU) << 6U) | (byte(1) & 0x3fU);
    case 3: return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
    default:
      return ((byte(0) & 0x07U) << 18U) | ((byte(1) & 0x3fU) << 12U) | ((byte(2) & 0x3fU) << 6U) |
             (byte(3) & 0x3fU);
  }
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

/// Marks of direction, joiners and other marks that have no width, separators of lines, private use, tags.
bool is_unseen(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xad || c == 0x61c || c == 0xfeff ||
         (c >= 0xe000 && c <= 0xf8ff) || c >= 0xe0000 || (c >= 0xfff0 && c <= 0xffff);
}

/// What our own sentences have beside ASCII.
std::string_view in_ascii(char32_t c) {
  switch (c) {
    case U'…': return "...";
    case U'→': return "->";
    default: return "?";
  }
}

/// RFC 8259 §7: beyond the first plane as two surrogates.
std::string escaped(char32_t c) {
  const auto unit = [](std::uint32_t value) { return fmt::format("\\u{:04x}", value); };
  if (c < 0x10000) return unit(c);
  const std::uint32_t rest = c - 0x10000;
  return unit(0xd800 + (rest >> 10U)) + unit(0xdc00 + (rest & 0x3ffU));
}

}  // namespace

std::string printable(std::string_view text, bool unicode) {
  std::string clean;
  while (!text.empty()) {
    const auto length = length_of_first(text);
    const auto character = text.substr(0, std::max<std::size_t>(length, 1));
    const auto code = length == 0 ? U'\0' : decode(character);
    if (code == U'\t')
      clean += ' ';
    else if (length == 0 || is_control(code) || is_unseen(code))
      clean += '?';
    else if (code < 0x80 || unicode)
      clean += character;
    else
      clean += in_ascii(code);
    text.remove_prefix(character.size());
  }
  return clean;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::string_view first_columns(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at)
    if (!continues(text[at]) && seen++ == count) break;
  return text.substr(0, at);
}

std::string printable_json(std::string_view json) {
  std::string text;
  while (!json.empty()) {
    const auto length = std::max<std::size_t>(length_of_first(json), 1);
    const auto code = decode(json.substr(0, length));
    if (code > 0x20 && (is_control(code) || is_unseen(code)))
      text += escaped(code);
    else
      text += json.substr(0, length);
    json.remove_prefix(length);
  }
  return text;
}

}  // namespace qnet::cli
