// From settings to what node::run_node() takes.
#include "node_config.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include <boost/asio/ip/address.hpp>

#include "foundation/base/durable_file.hpp"
#include "node/proxy_password.hpp"
#include "overlay/peer/family.hpp"
#include "protocol/client_hello/template_choice.hpp"
#include "template_names.hpp"
#include "texts.hpp"
#include "transport/mirror/listener.hpp"
#include "transport/site/listener.hpp"

namespace qnet::cli {
namespace {

net::tcp::endpoint endpoint(const std::string& address, std::uint16_t port) {
  return {boost::asio::ip::make_address(address), port};
}

}  // namespace

std::filesystem::path invite_file(const Settings& settings) { return settings.state_dir / "invite"; }

namespace {

base::Result<void> remember_invite(const Settings& settings, const peer::Invite& invite) {
  // Whole or as it was: `qnet invite` may read it at any moment.
  const auto text = invite.to_link() + '\n';
  if (base::write_file_durably(invite_file(settings), base::bytes_of(text), base::Existing::replace) != 0)
    return base::fail(peer::Errc::identity_unwritable, invite_file(settings).string());
  return {};
}

/// The address that others reach this relay by, when it can be told from the flags.
std::optional<peer::HostPort> reachable_address(const Settings& settings) {
  if (settings.advertise) return settings.advertise;
  if (boost::asio::ip::make_address(settings.listen.host).is_unspecified()) return std::nullopt;
  return settings.listen;
}

}  // namespace

link::Cover cover_of(const Settings& settings) {
  if (settings.cover != link::Cover::site_h2) return link::Cover::mirror;
  if (settings.behind_proxy) return link::Cover::site_websocket_unbound;
  return settings.site_transport == link::Cover::site_websocket ? link::Cover::site_websocket
                                                                : link::Cover::site_h2;
}

namespace {

base::Result<peer::Identity> relay_identity(const Settings& settings, base::RandomSource& random) {
  auto identity = peer::load_or_create_identity(settings.state_dir, random);
  if (!identity) return identity;
  if (const auto address = reachable_address(settings)) {
    auto invite = peer::Invite::make(*identity, *address, settings.cover_name, cover_of(settings));
    invite.ech_configs = settings.ech_configs;
    if (auto saved = remember_invite(settings, invite); !saved) return base::forward_error(saved);
  }
  return identity;
}

base::Result<std::optional<exit::ServiceOptions>> exit_of(const Settings& settings) {
  if (!has_exit(settings.helper_mode)) return std::nullopt;
  auto exit = exit_options(settings);
  if (!exit) return base::forward_error(exit);
  return std::optional(std::move(*exit));
}

base::Result<link::OpenListener> listener_of(const Settings& settings, const peer::Identity& identity) {
  const auto at = endpoint(settings.listen.host, settings.listen.port);
  if (settings.cover == link::Cover::site_h2) {
    site::ListenerConfig config;
    config.listen = at;
    config.noise = identity.noise.clone();
    config.site_name = settings.cover_name;
    config.certificate = {settings.tls_cert, settings.tls_key};
    config.behind_proxy = settings.behind_proxy;
    config.root = settings.site_root;
    if (settings.site_upstream)
      config.upstream = site::UpstreamAddress{settings.site_upstream->host, settings.site_upstream->port};
    config.state_dir = settings.state_dir;
    return site::listener(std::move(config));
  }
  auto authorities = crypto::TrustStore::from_file_or_system(settings.cover_ca.string());
  if (!authorities) return base::forward_error(authorities);
  return mirror::listener({at,
                           identity.noise.clone(),
                           {settings.cover_origin->host, settings.cover_origin->port, settings.cover_name,
                            std::make_shared<const crypto::TrustStore>(std::move(*authorities))},
                           settings.state_dir});
}

base::Result<node::RelayConfig> relay_config(const Settings& settings, base::RandomSource& random) {
  auto identity = relay_identity(settings, random);
  if (!identity) return base::forward_error(identity);
  auto listener = listener_of(settings, *identity);
  if (!listener) return base::forward_error(listener);
  auto exit = exit_of(settings);
  if (!exit) return base::forward_error(exit);
  return node::RelayConfig{std::move(*identity), {std::move(*listener)}, std::move(*exit)};
}

/// Pinned by --template; otherwise drawn, and kept.
base::Result<client_hello::Template> browser_of(const Settings& settings, base::RandomSource& random) {
  if (!settings.browser_template.empty()) return find_or_read_template(settings.browser_template);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return client_hello::kept_or_drawn_template(settings.state_dir, today, random);
}

base::Result<std::vector<peer::Invite>> parse_invites(const std::vector<std::string>& links) {
  std::vector<peer::Invite> invites;
  for (const auto& link : links) {
    auto invite = peer::Invite::parse(link);
    if (!invite) return base::forward_error(invite);
    invites.push_back(std::move(*invite));
  }
  return invites;
}

base::Result<node::ClientConfig> client_config(const Settings& settings, base::RandomSource& random) {
  node::ClientConfig config;
  config.socks = endpoint(settings.socks_bind, settings.socks_port);
  config.cover_authorities = settings.cover_ca;
  config.socks_port = settings.socks_tcp;
  config.socks_unix = settings.socks_unix;
  if (settings.socks_auth_made) {
    auto made = node::kept_proxy_password(settings.state_dir, random);
    if (!made) return base::forward_error(made);
    config.credentials = std::move(*made);
  }
  if (settings.socks_auth)
    config.credentials = proxy::Credentials{settings.socks_auth->user, settings.socks_auth->password};
  auto peers = parse_invites(settings.peers);
  auto operators = parse_invites(settings.operators);
  if (!peers) return base::forward_error(peers);
  if (!operators) return base::forward_error(operators);
  config.peers = std::move(*peers);
  config.operators = std::move(*operators);
  config.state_dir = settings.state_dir;
  config.lan_discovery = settings.lan_discovery;
  config.hops = settings.hops;
  config.early_request = !settings.no_early_request;
  config.exit_countries = settings.exit_countries;
  auto browser = browser_of(settings, random);
  if (!browser) return base::forward_error(browser);
  config.browser = std::move(*browser);
  if (settings.browser_template.empty())
    config.other_browsers = client_hello::others_than(config.browser, client_hello::builtin_templates());
  return config;
}

node::DirectoryConfig directory_config(const Settings& settings, const peer::Identity& identity) {
  auto store = settings.directory_store;
  if (store.empty()) store = (settings.state_dir / "directory.db").string();
  return {identity.clone(), std::move(store), settings.directory_token, settings.directory_private,
          settings.country_database};
}

constexpr std::uint64_t kBytesPerMegabit = 125'000;

directory::Descriptor descriptor_of(const Settings& settings, const peer::Identity& identity) {
  using directory::Capability;
  directory::Descriptor descriptor{identity.peer_id(), identity.noise.public_key, {}, settings.cover_name};
  descriptor.cover = cover_of(settings);
  descriptor.ech_configs = settings.ech_configs;
  descriptor.capabilities = static_cast<std::uint8_t>(Capability::relay);
  if (has_directory(settings.helper_mode))
    descriptor.capabilities |= static_cast<std::uint8_t>(Capability::directory);
  if (has_exit(settings.helper_mode)) {
    descriptor.capabilities |= static_cast<std::uint8_t>(Capability::exit);
    descriptor.exit_ports = settings.exit_ports;
    std::ranges::sort(descriptor.exit_ports);
    if (descriptor.exit_ports.size() > directory::DescriptorLimits::exit_ports)
      descriptor.exit_ports.resize(directory::DescriptorLimits::exit_ports);
  }
  descriptor.country = settings.country;
  descriptor.bandwidth = settings.bandwidth * kBytesPerMegabit;
  descriptor.software = software_name();
  return descriptor;
}

base::Result<discovery::MembershipConfig> membership_config(const Settings& settings,
                                                            const peer::Identity& identity) {
  auto operators = parse_invites(settings.operators);
  if (!operators) return base::forward_error(operators);
  discovery::MembershipConfig config{identity.clone(), std::move(*operators),
                                     descriptor_of(settings, identity), reachable_address(settings)};
  if (!settings.family.empty()) {
    auto family = peer::load_family(settings.family);
    if (!family) return base::forward_error(family);
    config.descriptor.family = peer::FamilyProof::make(*family, identity.peer_id());
  }
  config.listen = endpoint(settings.listen.host, settings.listen.port);
  config.private_addresses = settings.directory_private;
  // The mode matrix: a bootstrap peer is known by its invite alone, and a super peer has the list itself.
  config.registers = settings.helper_mode != HelperMode::bootstrap;
  config.asks = !has_directory(settings.helper_mode);
  config.lan_discovery = settings.lan_discovery;
  config.state_dir = settings.state_dir;
  return config;
}

/// What makes a relay part of the network.
base::Result<void> add_network(const Settings& settings, const peer::Identity& identity,
                               node::NodeConfig& config) {
  config.cover_authorities = settings.cover_ca;
  if (has_directory(settings.helper_mode)) config.directory = directory_config(settings, identity);
  auto membership = membership_config(settings, identity);
  if (!membership) return base::forward_error(membership);
  config.membership = std::move(*membership);
  return {};
}

node::Told told_by(const Settings& settings) {
  node::Told told;
  if (has_exit(settings.helper_mode)) {
    told.limits.emplace("exit_connections", settings.exit_max_connections);
    told.abuse_contact = settings.abuse_email;
  }
  if (settings.circuit_rate > 0)
    told.limits.emplace("circuit_bytes_per_second", settings.circuit_rate * kBytesPerMegabit);
  if (settings.bandwidth > 0)
    told.limits.emplace("offered_bytes_per_second", settings.bandwidth * kBytesPerMegabit);
  return told;
}

/// Empty where the address is not known.
std::string invite_kept(const Settings& settings) {
  std::string link;
  if (reachable_address(settings)) std::ifstream(invite_file(settings)) >> link;
  return link;
}

}  // namespace

base::Result<node::NodeConfig> node_config(const Settings& settings, base::RandomSource& random) {
  node::NodeConfig config;
  config.helper_mode = to_text(settings.helper_mode);
  config.status = endpoint(kLoopback, settings.status_port);
  config.threads = settings.threads > 0 ? settings.threads : std::thread::hardware_concurrency();
  config.state_dir = settings.state_dir;
  config.users.anybody = settings.allow_any_uid;
  if (settings.allow_uids)
    config.users.named.emplace(settings.allow_uids->begin(), settings.allow_uids->end());
  config.operators = settings.operators.size();
  if (settings.directory_http)
    config.directory_http = endpoint(settings.directory_http->host, settings.directory_http->port);
  if (settings.helper_mode == HelperMode::client) {
    auto client = client_config(settings, random);
    if (!client) return base::forward_error(client);
    config.client = std::move(*client);
    // A client's streams all ride on one session, which lives on one core.
    config.threads = 1;
    return config;
  }
  auto relay = relay_config(settings, random);
  if (!relay) return base::forward_error(relay);
  if (auto added = add_network(settings, relay->identity, config); !added) return base::forward_error(added);
  config.relay = std::move(*relay);
  // A peer that no list names is in nobody's circuit.
  if (config.membership->registers) config.circuit_keys = settings.state_dir;
  config.circuit_rate = settings.circuit_rate * kBytesPerMegabit;
  config.listen_address = settings.listen.to_text();
  config.told = told_by(settings);
  config.invite = invite_kept(settings);
  return config;
}

}  // namespace qnet::cli
