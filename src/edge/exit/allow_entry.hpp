#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "foundation/base/result.hpp"
#include "foundation/ip/host.hpp"

namespace qnet::exit {

enum class AllowEntryErrc {
  no_port = 1,
  bad_port,
  bad_host,
  bad_target,
};

[[nodiscard]] inline const char* error_domain(AllowEntryErrc) { return "allow entry"; }
[[nodiscard]] std::string_view describe(AllowEntryErrc code);

/// Where a connection goes.
struct Destination {
  ip::IpAddress address;
  std::uint16_t port;
  friend bool operator==(const Destination&, const Destination&) = default;
};

/// One destination that passes although the rule forbids it:
///  - an address and port, asked for as such or found in the DNS;
///  - a name and port with a target, which is connected to without asking the DNS;
///  - a name and port without one: the name and port pass, the addresses found are checked as any other's.
struct AllowEntry {
  std::variant<ip::IpAddress, ip::HostName> host;
  std::uint16_t port;
  std::optional<Destination> target;  ///< only with a name
};

/// "127.0.0.1:8090", "[::1]:8090", "site.qnet.demo:8090=127.0.0.1:8090", "www.example.com:8443".
/// A target without a port ("site.qnet.demo:8090=::1") has the entry's. The error's context is the entry.
[[nodiscard]] base::Result<AllowEntry> parse_allow_entry(std::string_view text);

}  // namespace qnet::exit
