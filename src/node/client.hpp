// Helper mode `client`: a proxy for this machine's programs, and one session to a peer that reaches the web
// for them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "control/status.hpp"
#include "edge/proxy/server.hpp"
#include "foundation/base/random.hpp"
#include "foundation/net/network_watch.hpp"
#include "network/discovery/network_view.hpp"
#include "network/mdns/lan.hpp"
#include "network/mdns/neighbours.hpp"
#include "node/outbound.hpp"
#include "node/private_mode.hpp"
#include "overlay/peer/invite.hpp"
#include "overlay/uplink/uplink.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::node {

struct ClientConfig {
  std::vector<peer::Invite> peers;  ///< tried before all others
  /// Whose lists of relays are believed where most of them agree; the last resort as peers, too.
  std::vector<peer::Invite> operators;
  net::tcp::endpoint socks;
  std::optional<proxy::Credentials> credentials;
  /// Whose ClientHello is sent.
  client_hello::Template browser = client_hello::builtin_templates().front();
  /// Whose are sent to a guard that does not answer, in turn; none where a person has named the browser.
  std::vector<client_hello::Template> other_browsers{};
  /// Whose certificates relays of cover `site` may show, and web servers that answer in a relay's place, in
  /// PEM; empty for the system's authorities.
  std::filesystem::path cover_authorities;
  std::filesystem::path state_dir;          ///< where the last good snapshots are; empty to keep none
  bool lan_discovery = false;               ///< ask this network for relays that are in it
  std::size_t hops = 1;                     ///< of connections that ask for nothing else; 1 is fast mode
  std::vector<std::string> exit_countries;  ///< where exits are, ISO 3166-1; empty for anywhere
  bool distinct_networks = true;            ///< PrivateModeConfig's
  bool early_request = true;                ///< the same
};

struct ClientLimits {
  /// Of the listed exits, drawn by lot for each round of attempts.
  static constexpr std::size_t exits = 6;
  /// Between two attempts for what is heard in this network, where anybody can say anything.
  static constexpr std::chrono::seconds between_lan_attempts{5};
};

/// Lives on one io_context. `random` must outlive it.
class Client {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Client>> start(boost::asio::io_context& io,
                                                                   const ClientConfig& config,
                                                                   base::RandomSource& random);
  /// Listens already; from now on it dials, and serves its programs.
  void join();
  /// join() may not have been called.
  void stop();

  /// Of connections from now on that ask for nothing else; those that are open stay as they are. Call on the
  /// io_context's thread. The error is a sentence for people: there are no such circuits for this client.
  [[nodiscard]] base::Result<void> set_hops(std::size_t hops);

  /// Call on the io_context's thread.
  void fill(control::Status& status) const;

 private:
  Client(boost::asio::io_context& io, net::tcp::acceptor acceptor, const ClientConfig& config,
         std::shared_ptr<const session::Dialer> dialer);
  [[nodiscard]] uplink::Uplink::Hooks uplink_hooks();
  [[nodiscard]] discovery::AskOperator asks_operators();
  net::Task<proxy::Connected> connect(proxy::Request request);
  /// Fast mode dials an exit from here on.
  void start_fast_mode();
  [[nodiscard]] std::vector<uplink::RelayCandidate> candidates(const Outbound::Countries& countries) const;
  [[nodiscard]] bool is_in(const crypto::X25519Public& exit, const Outbound::Countries& countries) const;
  void fill_connection(control::Status& status) const;
  void fill_peers(control::Status& status) const;
  void add(std::vector<uplink::RelayCandidate>& all, const peer::PeerId& peer, link::RelayAddress address,
           uplink::Standing standing) const;
  void note_lan_peer(const mdns::Found& found);
  [[nodiscard]] bool may_dial(const peer::PeerId& peer) const;

  boost::asio::io_context& io_;
  bool lan_discovery_;
  net::tcp::endpoint socks_;
  std::string browser_name_;
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
  std::shared_ptr<proxy::Server> proxy_;
  std::shared_ptr<net::NetworkWatch> network_watch_;  // null where the system tells nothing
};

}  // namespace qnet::node
