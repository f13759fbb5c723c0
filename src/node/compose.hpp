// One node: which parts it has, in which order, and what it tells of itself.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "network/discovery/membership.hpp"
#include "node/allowed_users.hpp"
#include "node/client.hpp"
#include "node/control_part.hpp"
#include "node/directory_node.hpp"
#include "node/part.hpp"
#include "node/process.hpp"
#include "node/relay.hpp"
#include "node/service_part.hpp"

namespace qnet::node {

/// Which flag changes a port: told when the port cannot be used.
struct PortFlags {
  std::string socks = "--socks-port";
  std::string status = "--status-port";
  std::string listen = "--listen";
  std::string directory = "--directory-http";
};

/// Of an operator's node, for the status.
struct Told {
  std::map<std::string, std::uint64_t> limits{};  ///< by name, such as exit_connections
  std::string abuse_contact{};
};

/// What a caller wants of one node; each part is there or not as its helper mode demands.
struct NodeConfig {
  std::string helper_mode;
  std::optional<net::tcp::endpoint> status;  ///< its status server; nothing for none
  std::size_t threads = 1;                   ///< of a process that runs this node alone
  std::optional<ClientConfig> client;
  std::optional<RelayConfig> relay;
  std::optional<DirectoryConfig> directory;
  std::optional<net::tcp::endpoint> directory_http;  ///< the API, or 404 without a directory
  std::optional<discovery::MembershipConfig> membership;
  /// The state folder of a relay that serves circuits: it keeps keys for them there, and its descriptor names
  /// them. Nothing where it serves none.
  std::optional<std::filesystem::path> circuit_keys{};
  std::uint64_t circuit_rate = 0;  ///< bytes a second of circuits that go on to a next relay; 0: no bound
  /// Whose certificates relays of cover `site` may show, in PEM; empty for the system's authorities.
  std::filesystem::path cover_authorities{};
  bool dials_sites = true;  ///< false where no relay of cover `site` is dialled: no authority is read then
  PortFlags flags{};
  Told told{};
  std::string invite{};               ///< qnet://… of this peer; empty where it has none
  std::filesystem::path state_dir{};  ///< of the status server's secret; empty: nothing can be changed
  std::string listen_address{};       ///< as the next, for the status server's /config
  std::size_t operators = 0;          ///< how many this node was given
  std::shared_ptr<const logging::Ring> log{};  ///< for the status server's /logs; null: none
  AllowedUsers users{};                        ///< of the proxy and the status server
  std::optional<ServiceConfig> service{};      ///< of a process that runs this node alone
};

/// The parts of one node, and its status: what every node tells, and each part's section.
class Node : public PartList {
 public:
  using Offer = std::function<void(control::Controls&)>;
  explicit Node(std::string helper_mode, Told told = {})
      : helper_mode_(std::move(helper_mode)), told_(std::move(told)) {}

  [[nodiscard]] std::string_view name() const override { return helper_mode_; }
  [[nodiscard]] control::Status status() const;
  /// Adds what can be asked of this node and changed. Once its parts have started.
  void offer(control::Controls& controls) const {
    if (offer_) offer_(controls);
  }
  void offers(Offer function) { offer_ = std::move(function); }

 private:
  std::string helper_mode_;
  Told told_;
  Offer offer_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

/// Makes the node that `config` says; nothing of it has started yet. It must not outlive `process`.
[[nodiscard]] base::Result<std::unique_ptr<Node>> compose(NodeConfig config, Process& process);

}  // namespace qnet::node
