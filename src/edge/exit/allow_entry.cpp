#include "edge/exit/allow_entry.hpp"

#include <charconv>

namespace qnet::exit {

std::string_view describe(AllowEntryErrc code) {
  switch (code) {
    case AllowEntryErrc::no_port: return "the allow entry names no port";
    case AllowEntryErrc::bad_port: return "the allow entry's port is not one of 1 to 65535";
    case AllowEntryErrc::bad_host: return "the allow entry names neither an address nor a host";
    case AllowEntryErrc::bad_target:
      return "the allow entry leads to no address, or an address leads elsewhere";
  }
  return "unknown fault in an allow entry";
}

namespace {

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

// "[::1]:80", "::1", "127.0.0.1:80", "name:80". More than one colon outside brackets is an address without a
// port.
HostAndPort split_port(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return {text, std::nullopt};
    const auto rest = text.substr(end + 1);
    const auto host = text.substr(1, end - 1);
    if (rest.empty()) return {host, std::nullopt};
    return rest.front() == ':' ? HostAndPort{host, rest.substr(1)} : HostAndPort{text, std::nullopt};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<Destination> parse_target(std::string_view text, std::uint16_t default_port) {
  const auto [host, port_text] = split_port(text);
  const auto address = ip::IpAddress::parse(host);
  const auto port = port_text ? parse_port(*port_text) : default_port;
  if (!address || !port) return std::nullopt;
  return Destination{*address, *port};
}

}  // namespace

base::Result<AllowEntry> parse_allow_entry(std::string_view text) {
  const auto equals = text.find('=');
  const auto [host_text, port_text] = split_port(text.substr(0, equals));
  const auto host = ip::parse_host(host_text);
  if (std::holds_alternative<ip::HostError>(host))
    return base::fail(AllowEntryErrc::bad_host, std::string(text));
  if (!port_text) return base::fail(AllowEntryErrc::no_port, std::string(text));
  const auto port = parse_port(*port_text);
  if (!port) return base::fail(AllowEntryErrc::bad_port, std::string(text));

  std::optional<Destination> target;
  if (equals != std::string_view::npos) {
    target = parse_target(text.substr(equals + 1), *port);
    if (!target || !std::holds_alternative<ip::HostName>(host))
      return base::fail(AllowEntryErrc::bad_target, std::string(text));
  }
  if (const auto* address = std::get_if<ip::IpAddress>(&host)) return AllowEntry{*address, *port, target};
  return AllowEntry{std::get<ip::HostName>(host), *port, target};
}

}  // namespace qnet::exit
