#include "network/discovery/membership.hpp"

#include "network/discovery/reachable_interface.hpp"

namespace qnet::discovery {

Membership::Membership(boost::asio::io_context& io, MembershipConfig config,
                       std::shared_ptr<const session::Dialer> dialer, OwnDirectory own_directory) {
  if (config.lan_discovery) {
    mdns::LanOptions options;
    options.announce = mdns::Announcement{config.identity.peer_id(), config.listen.port()};
    lan_ = mdns::Lan::start(io, std::move(options), dialer->random());
  }
  if (config.asks && !config.operators.empty())
    view_ = std::make_shared<NetworkView>(io.get_executor(), config.operators, config.state_dir / "network",
                                          ask_in_new_session(dialer), dialer->random());
  if (!config.registers || (config.operators.empty() && !own_directory)) return;
  RegistrarConfig registrar{std::move(config.identity), std::move(config.operators), nullptr, nullptr};
  registrar.describe = [descriptor = std::move(config.descriptor), address = config.address,
                        listen = config.listen, all = config.private_addresses,
                        circuit_keys =
                            std::move(config.circuit_keys)]() -> std::optional<directory::Descriptor> {
    auto now = descriptor;
    if (circuit_keys) now.circuit_keys = circuit_keys();
    if (address) {
      // Operators write hosts in any spelling; descriptors have one.
      now.addresses = {{directory::canonical_host(address->host), address->port}};
      return now;
    }
    const auto found = reachable_interface(listen.address(), all);
    if (!found) return std::nullopt;
    now.addresses = {{*found, listen.port()}};
    return now;
  };
  registrar.own_directory = std::move(own_directory);
  registrar_ = std::make_shared<Registrar>(io.get_executor(), std::move(registrar), std::move(dialer));
}

void Membership::join() {
  if (registrar_) registrar_->start();
  if (view_) view_->start([] {});
}

void Membership::stop(const std::shared_ptr<const void>& farewell) {
  if (registrar_) registrar_->stop(farewell);
  if (view_) view_->stop();
  if (lan_) lan_->stop();
}

}  // namespace qnet::discovery
