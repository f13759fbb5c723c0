// Who holds a port, for the message "the port is taken". Linux only, and only what this user may see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace qnet::control {

struct PortOwner {
  std::string program;
  int process = 0;
};

/// The program that listens where `at` would; nothing when that cannot be told (another user's process, no
/// /proc).
[[nodiscard]] std::optional<PortOwner> port_owner(const boost::asio::ip::tcp::endpoint& at);

/// "nginx (pid 123)".
[[nodiscard]] std::string to_text(const PortOwner& owner);

/// The inodes of the listening sockets that clash with `at`, from the text of /proc/net/tcp or
/// /proc/net/tcp6.
[[nodiscard]] std::vector<std::uint64_t> listening_inodes(std::string_view table,
                                                          const boost::asio::ip::tcp::endpoint& at);

}  // namespace qnet::control
