#include "foundation/ip/host.hpp"

#include <algorithm>
#include <vector>

namespace qnet::ip {

namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035 §3.1: 255 bytes on the wire
constexpr std::size_t kMaxLabel = 63;  // RFC 1035 §3.1

// Not <cctype>'s, which read the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::vector<std::string_view> split(std::string_view name) {
  std::vector<std::string_view> labels;
  for (;;) {
    const auto dot = name.find('.');
    labels.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return labels;
    name.remove_prefix(dot + 1);
  }
}

// WHATWG URL, "ends in a number checker": browsers and inet_aton() read an address where the last part is one
// of these.
bool is_number(std::string_view label) {
  if (label.empty()) return false;
  if (std::all_of(label.begin(), label.end(), is_digit)) return true;
  return label.starts_with("0x") && std::all_of(label.begin() + 2, label.end(), is_hex_digit);
}

// RFC 1123 §2.1. Real web sites have underscores, but never in the domain that was registered.
bool is_label(std::string_view label, bool underscores) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [underscores](char c) {
    return is_lower(c) || is_digit(c) || c == '-' || (underscores && c == '_');
  });
}

bool is_name(const std::vector<std::string_view>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!is_label(labels[i], i + 2 < labels.size())) return false;
  }
  return true;
}

// An address with brackets, a zone id, a port or dots around it is told apart from a mere bad name.
bool resembles_address(std::string_view text) {
  if (text.find_first_of(":[]") != std::string_view::npos) return true;
  while (!text.empty() && text.back() == '.') text.remove_suffix(1);
  return is_number(text.substr(text.rfind('.') + 1));
}

}  // namespace

Host parse_host(std::string_view text) {
  if (text.empty()) return HostError::malformed_name;
  if (!std::all_of(text.begin(), text.end(), is_ascii)) return HostError::not_ascii;
  if (text.size() > kMaxName + 1) return HostError::malformed_name;
  if (const auto address = IpAddress::parse(text)) return *address;

  HostName name{std::string(text)};
  std::transform(name.text.begin(), name.text.end(), name.text.begin(), to_lower);
  if (resembles_address(name.text)) return HostError::odd_address;
  if (name.text.back() == '.') name.text.pop_back();
  if (name.text.size() > kMaxName || !is_name(split(name.text))) return HostError::malformed_name;
  return name;
}

}  // namespace qnet::ip
