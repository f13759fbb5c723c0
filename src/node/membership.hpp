// A relay's part in the network: directories know it, and it knows the network.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "control/status.hpp"
#include "foundation/net/tcp.hpp"
#include "network/directory_server/service.hpp"
#include "network/discovery/network_view.hpp"
#include "network/discovery/registrar.hpp"
#include "network/mdns/lan.hpp"

namespace qnet::node {

struct MembershipConfig {
  peer::Identity identity;
  std::vector<peer::Invite> operators;
  /// What this relay is, but for its addresses and times.
  directory::Descriptor descriptor;
  /// Where it is reached; nothing to find that out from this machine's interfaces.
  std::optional<peer::HostPort> address;
  /// What this relay listens on: an address that is found out is of its family and has its port.
  net::tcp::endpoint listen{boost::asio::ip::address_v4::any(), 443};
  bool private_addresses = false;
  bool registers = true;  ///< tells directories that it is there
  bool asks = true;       ///< asks them for the network
  std::filesystem::path state_dir{};
  bool lan_discovery = false;  ///< answer in this network, too
};

/// Lives on one io_context.
class Membership {
 public:
  /// `own_directory` may be null.
  Membership(boost::asio::io_context& io, MembershipConfig config,
             std::shared_ptr<const discovery::Dialer> dialer,
             std::shared_ptr<directory::Service> own_directory);
  void start();
  /// Says goodbye.
  void stop();
  /// Whether directories are still being told.
  [[nodiscard]] bool leaving() const { return registrar_ && registrar_->leaving(); }
  void fill(control::Status& status) const;

 private:
  std::shared_ptr<discovery::Registrar> registrar_;  // null when it does not register
  std::shared_ptr<discovery::NetworkView> view_;     // null when it does not ask
  std::shared_ptr<mdns::Lan> lan_;                   // null unless it was asked for
};

/// The address of this machine's interfaces at which others could best reach what listens on `listen`: a
/// public one, and only when `private_addresses` another that is not loopback.
[[nodiscard]] std::optional<std::string> reachable_interface(const boost::asio::ip::address& listen,
                                                             bool private_addresses);

}  // namespace qnet::node
