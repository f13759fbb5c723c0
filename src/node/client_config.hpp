// How a client is set up.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edge/proxy/credentials.hpp"
#include "foundation/net/local_users.hpp"
#include "foundation/net/tcp.hpp"
#include "overlay/peer/invite.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::node {

struct ClientConfig {
  std::vector<peer::Invite> peers;  ///< tried before all others
  /// Whose lists of relays are believed where most of them agree; the last resort as peers, too.
  std::vector<peer::Invite> operators;
  net::tcp::endpoint socks;
  bool socks_port = true;                    ///< whether programs come in by `socks`
  std::filesystem::path socks_unix{};        ///< by a name in the file system; empty: not
  std::shared_ptr<net::LocalUsers> users{};  ///< whose programs are served; null: everybody's
  bool users_named = false;  ///< the person has said whose: that also holds where `socks` is not loopback
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

}  // namespace qnet::node
