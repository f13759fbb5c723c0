#include "control/server.hpp"
#include "foundation/crypto/system_random.hpp"
#include "node/process.hpp"
#include "node/run.hpp"

namespace qnet::node {

base::Result<void> run_node(NodeConfig config, const std::function<void()>& started) {
  raise_open_file_limit();
  const auto start = std::chrono::steady_clock::now();
  const PortFlags flags;
  crypto::SystemRandom random;
  net::IoPool pool(config.threads);
  std::unique_ptr<Relay> relay;
  std::unique_ptr<SiteRelay> site_relay;
  std::unique_ptr<Client> client;

  std::shared_ptr<const discovery::Dialer> dialer;
  if (config.directory || config.membership) {
    // The authority of this peer's own cover is no reason to believe none of the other peers' covers.
    const auto& own = config.cover_authorities;
    auto trust = own.empty() ? crypto::TrustStore::system() : crypto::TrustStore::system_and_file(own);
    if (!trust) return base::forward_error(trust);
    // What a relay's own connections to other relays look like: the commonest browser.
    dialer = std::make_shared<const discovery::Dialer>(client_hello::builtin_templates().front(),
                                                       std::move(*trust), random);
  }
  std::unique_ptr<DirectoryNode> directory;
  if (config.directory) {
    auto made = DirectoryNode::start(pool.first(), std::move(*config.directory), dialer);
    if (!made) return base::forward_error(made);
    directory = std::move(*made);
    if (config.relay) config.relay->directory = directory->handler();
    if (config.site_relay) config.site_relay->directory = directory->handler();
  }
  std::unique_ptr<DirectoryApi> api;
  if (config.directory_http) {
    auto made = DirectoryApi::start(pool.first(), *config.directory_http, directory.get());
    if (!made)
      return tl::unexpected(explain_listen_error(made.error(), *config.directory_http, flags.directory));
    api = std::move(*made);
  }
  std::unique_ptr<Membership> membership;
  if (config.membership)
    membership = std::make_unique<Membership>(pool.first(), std::move(*config.membership), dialer,
                                              directory ? directory->service() : nullptr);
  if (config.relay) {
    const auto listen = config.relay->listen;
    auto made = Relay::start(pool, std::move(*config.relay), random);
    if (!made) return tl::unexpected(explain_listen_error(made.error(), listen, flags.listen));
    relay = std::move(*made);
  }
  if (config.site_relay) {
    const auto listen = config.site_relay->listen;
    auto made = SiteRelay::start(pool, std::move(*config.site_relay), random);
    if (!made && made.error().domain() != "net") return tl::unexpected(explain_site_error(made.error()));
    if (!made) return tl::unexpected(explain_listen_error(made.error(), listen, flags.listen));
    site_relay = std::move(*made);
  }
  if (config.client) {
    const auto socks = config.client->socks;
    auto made = Client::start(pool.first(), std::move(*config.client), random);
    if (!made && made.error().domain() != "net") return tl::unexpected(made.error());
    if (!made) return tl::unexpected(explain_listen_error(made.error(), socks, flags.socks));
    client = std::move(*made);
  }
  auto control = control::Server::start(pool.first(), config.status, [&] {
    auto status = base_status(config.helper_mode, start);
    if (relay) relay->fill(status);
    if (site_relay) site_relay->fill(status);
    if (client) client->fill(status);
    if (directory) directory->fill(status);
    if (membership) membership->fill(status);
    return status;
  });
  if (!control) return tl::unexpected(explain_start_error(control.error(), {config.status}, flags.status));

  started();
  if (membership) membership->start();
  std::optional<base::Error> problem;
  if (relay)
    relay->mirror([&](base::Error error) {
      problem = std::move(error);
      pool.stop();
    });
  run_until_signal(
      pool,
      [&] {
        control->stop();
        if (membership) membership->stop();
        if (api) api->stop();
        if (client) client->stop();
        if (relay) relay->stop();
        if (site_relay) site_relay->stop();
      },
      [&] { return membership && membership->leaving(); });
  // What was acknowledged to the last of them is written.
  if (directory) directory->stop();
  if (problem) return tl::unexpected(std::move(*problem));
  return {};
}

control::Status base_status(const std::string& helper_mode, std::chrono::steady_clock::time_point started) {
  control::Status status;
  status.version = QNET_VERSION;
  status.helper_mode = helper_mode;
  status.connection = control::Connection::connected;
  status.uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started);
  status.since = std::chrono::system_clock::now() - status.uptime;
  return status;
}

}  // namespace qnet::node
