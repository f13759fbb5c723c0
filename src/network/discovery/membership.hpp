// A relay's membership: it registers with directories, and asks operators for the network.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "foundation/net/tcp.hpp"
#include "network/discovery/known_relays.hpp"
#include "network/discovery/network_view.hpp"
#include "network/discovery/registrar.hpp"
#include "network/mdns/lan.hpp"

namespace qnet::discovery {

struct MembershipConfig {
  peer::Identity identity;
  std::vector<peer::Invite> operators;
  /// Without addresses, times and circuit keys.
  directory::Descriptor descriptor;
  /// Where it is reached; nothing to take an address of this machine's interfaces.
  std::optional<peer::HostPort> address;
  /// What this relay listens on. An address of an interface has to match it, and gets its port.
  net::tcp::endpoint listen{boost::asio::ip::address_v4::any(), 443};
  bool private_addresses = false;
  bool registers = true;  ///< with directories
  bool asks = true;       ///< operators for the network
  std::filesystem::path state_dir{};
  bool lan_discovery = false;  ///< answers questions in the local network
  /// This relay's, as of now, and only those that are on the disk; null where it serves no circuits.
  std::function<std::vector<directory::CircuitKey>()> circuit_keys{};
  /// Gets each new list where this relay asks for one, and has it asked for sooner when somebody is missing;
  /// null where nobody needs it.
  std::shared_ptr<KnownRelays> known_relays{};
};

/// Lives on one io_context.
class Membership {
 public:
  /// `own_directory` is the directory in this process: null when there is none.
  Membership(boost::asio::io_context& io, MembershipConfig config,
             std::shared_ptr<const session::Dialer> dialer, OwnDirectory own_directory);
  /// Tells directories, and asks them.
  void join();
  /// Says goodbye. Holds `farewell` while directories are told.
  void stop(const std::shared_ptr<const void>& farewell);
  /// Null when it does not register.
  [[nodiscard]] const Registrar* registrar() const { return registrar_.get(); }
  [[nodiscard]] const std::shared_ptr<Registrar>& shared_registrar() const { return registrar_; }
  /// Null when it does not ask.
  [[nodiscard]] const NetworkView* view() const { return view_.get(); }

 private:
  void watch_view(boost::asio::io_context& io, base::RandomSource& random);

  std::shared_ptr<KnownRelays> known_relays_;  // null unless the view fills it
  std::shared_ptr<Registrar> registrar_;
  std::shared_ptr<NetworkView> view_;
  std::shared_ptr<mdns::Lan> lan_;  // null unless it was asked for
};

}  // namespace qnet::discovery
