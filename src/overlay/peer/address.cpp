#include "overlay/peer/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

namespace qnet::peer {

namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestHost = 255;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label(std::string_view label) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
  };
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, allowed);
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto* const end = std::to_address(digits.end());
  const auto [stop, error] = std::from_chars(std::to_address(digits.begin()), end, port);
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

HostKind host_kind(std::string_view host) {
  const boost::urls::string_view text(host.data(), host.size());
  if (boost::urls::parse_ipv4_address(text)) return HostKind::ipv4;
  return boost::urls::parse_ipv6_address(text) ? HostKind::ipv6 : HostKind::name;
}

// Boost.URL 1.81 prints "::" for one zero group, which RFC 5952 §4.2.2 forbids.
std::string ipv6_text(const std::array<std::uint8_t, 16>& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  for (;;) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return !std::ranges::all_of(text, is_digit);
    text.remove_prefix(dot + 1);
  }
}

bool is_plain_host(std::string_view text) {
  return !text.empty() && text.size() <= kLongestHost &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string HostPort::to_text() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]:" : host + ":") + std::to_string(port);
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host_kind(host) != HostKind::ipv6) return std::nullopt;
  } else if (host_kind(host) != HostKind::ipv4 && !is_host_name(host)) {
    return std::nullopt;
  }
  return HostPort{std::string(host), *port};
}

}  // namespace qnet::peer
