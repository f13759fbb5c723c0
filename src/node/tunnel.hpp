// A client's way into the network, while its person wants one: fast mode, private mode, and what both know of
// the network.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "control/status.hpp"
#include "edge/proxy/server.hpp"
#include "foundation/net/network_watch.hpp"
#include "network/discovery/network_view.hpp"
#include "network/mdns/lan.hpp"
#include "network/mdns/neighbours.hpp"
#include "node/client_config.hpp"
#include "node/outbound.hpp"
#include "node/private_mode.hpp"
#include "overlay/uplink/uplink.hpp"

namespace qnet::node {

/// Lives on one io_context, from start() to stop(), once.
class Tunnel : public std::enable_shared_from_this<Tunnel> {
 public:
  /// The dialer's source of randomness must outlive it.
  Tunnel(boost::asio::io_context& io, const ClientConfig& config,
         std::shared_ptr<const session::Dialer> dialer);

  /// It dials from now on.
  void start();
  /// Ends what it carries.
  void stop();

  net::Task<proxy::Connected> connect(proxy::Request request);

  /// All three are for new connections from now on.
  void set_hops(std::size_t hops);
  void set_exit_countries(std::vector<std::string> countries);
  void new_path();
  /// Tried before all others, and first of these.
  void add_peer(const peer::Invite& invite);

  /// Whether a request would find a way: a relay answers, or a circuit is ready.
  [[nodiscard]] bool stands() const;
  /// HTTPS sites that relays mirror, by the lists; where there is none, those of this client's invites.
  [[nodiscard]] std::vector<std::string> cover_names() const;

  void fill(control::Status& status) const;

 private:
  [[nodiscard]] uplink::Uplink::Hooks uplink_hooks();
  [[nodiscard]] discovery::AskOperator asks_operators();
  /// Fast mode dials an exit from here on.
  void start_fast_mode();
  [[nodiscard]] std::vector<uplink::RelayCandidate> candidates(const Outbound::Countries& countries) const;
  [[nodiscard]] bool is_in(const crypto::X25519Public& exit, const Outbound::Countries& countries) const;
  void fill_connection(control::Status& status) const;
  void fill_peers(control::Status& status) const;
  void fill_fast_path(control::Status& status) const;
  [[nodiscard]] std::string country_of(const crypto::X25519Public& relay) const;
  void add(std::vector<uplink::RelayCandidate>& all, const peer::PeerId& peer, link::RelayAddress address,
           uplink::Standing standing) const;
  void note_lan_peer(const mdns::Found& found);
  [[nodiscard]] bool may_dial(const peer::PeerId& peer) const;

  boost::asio::io_context& io_;
  bool lan_discovery_;
  std::vector<peer::Invite> peers_;
  std::vector<peer::Invite> operators_;
  std::shared_ptr<const session::Dialer> dialer_;
  /// The private mode, once there is one: the view comes first.
  std::shared_ptr<std::weak_ptr<PrivateMode>> told_of_answers_ =
      std::make_shared<std::weak_ptr<PrivateMode>>();
  std::shared_ptr<discovery::NetworkView> view_;
  mdns::Neighbours neighbours_;
  std::chrono::steady_clock::time_point lan_attempt_{};
  std::shared_ptr<mdns::Lan> lan_;  // null unless it was asked for
  std::shared_ptr<uplink::Uplink> uplink_;
  std::shared_ptr<Outbound> outbound_;
  std::shared_ptr<PrivateMode> private_mode_;
  std::size_t hops_;
  Outbound::Countries countries_;
  bool fast_mode_started_ = false;
  std::shared_ptr<net::NetworkWatch> network_watch_;  // null where the system tells nothing
};

}  // namespace qnet::node
