// Runs one node in a helper mode.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "edge/exit/service.hpp"
#include "foundation/base/result.hpp"
#include "node/client.hpp"
#include "node/directory_node.hpp"
#include "node/membership.hpp"
#include "node/relay.hpp"
#include "node/site_relay.hpp"
#include "overlay/peer/address.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::node {

/// What a caller wants of one node; each part is there or not as its helper mode demands.
struct NodeConfig {
  std::string helper_mode;
  net::tcp::endpoint status;
  std::size_t threads = 1;
  std::optional<ClientConfig> client;
  std::optional<RelayConfig> relay;           ///< cover `mirror`
  std::optional<SiteRelayConfig> site_relay;  ///< cover `site`; not both
  std::optional<DirectoryConfig> directory;
  std::optional<net::tcp::endpoint> directory_http;  ///< the API, or 404 without a directory
  std::optional<MembershipConfig> membership;
  /// Whose certificates relays of cover `site` may show, in PEM; empty for the system's authorities.
  std::filesystem::path cover_authorities{};
};

/// Where the flags that change a port are told: "--socks-port".
struct PortFlags {
  std::string socks = "--socks-port";
  std::string status = "--status-port";
  std::string listen = "--listen";
  std::string directory = "--directory-http";
};

/// Runs until SIGINT or SIGTERM. `started` is called once, when everything listens.
[[nodiscard]] base::Result<void> run_node(NodeConfig config, const std::function<void()>& started);

/// The parts of a status that every node has.
[[nodiscard]] control::Status base_status(const std::string& helper_mode,
                                          std::chrono::steady_clock::time_point started);

}  // namespace qnet::node
