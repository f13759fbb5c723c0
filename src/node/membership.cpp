#include "node/membership.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "foundation/ip/own_addresses.hpp"
#include "foundation/ip/public_address.hpp"
#include "node/network_status.hpp"

namespace qnet::node {

namespace {

/// A socket on [::] has IPv4's connections too (Linux, unless told otherwise).
bool hears(const boost::asio::ip::address& listen, const ip::IpAddress& address) {
  if (!listen.is_unspecified()) return listen.to_string() == address.to_text();
  return listen.is_v6() || address.is_v4();
}

}  // namespace

std::optional<std::string> reachable_interface(const boost::asio::ip::address& listen,
                                               bool private_addresses) {
  auto own = ip::own_addresses();
  if (!own) return std::nullopt;
  std::erase_if(*own, [&](const auto& address) { return !hears(listen, address); });
  // IPv4 first: more clients have it.
  std::ranges::sort(*own,
                    [](const auto& a, const auto& b) { return a.is_v4() != b.is_v4() ? a.is_v4() : a < b; });
  for (const auto& address : *own)
    if (ip::may_be_public(address.to_text())) return address.to_text();
  if (!private_addresses) return std::nullopt;
  for (const auto& address : *own) {
    const auto parsed = boost::asio::ip::make_address(address.to_text());
    const bool local = parsed.is_loopback() || (parsed.is_v6() && parsed.to_v6().is_link_local());
    if (!local) return address.to_text();
  }
  return std::nullopt;
}

Membership::Membership(boost::asio::io_context& io, MembershipConfig config,
                       std::shared_ptr<const discovery::Dialer> dialer,
                       std::shared_ptr<directory::Service> own_directory) {
  if (config.lan_discovery) {
    mdns::LanOptions options;
    options.announce = mdns::Announcement{config.identity.peer_id(), config.listen.port()};
    lan_ = mdns::Lan::start(io, std::move(options), dialer->random());
  }
  if (config.asks && !config.operators.empty())
    view_ = std::make_shared<discovery::NetworkView>(io.get_executor(), config.operators,
                                                     config.state_dir / "network",
                                                     discovery::ask_in_new_session(dialer), dialer->random());
  if (!config.registers || (config.operators.empty() && !own_directory)) return;
  discovery::RegistrarConfig registrar{std::move(config.identity), std::move(config.operators), nullptr,
                                       nullptr};
  registrar.describe = [descriptor = std::move(config.descriptor), address = config.address,
                        listen = config.listen,
                        all = config.private_addresses]() -> std::optional<directory::Descriptor> {
    auto now = descriptor;
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
  if (own_directory)
    registrar.own_directory = [own_directory](base::Bytes registration) {
      return own_directory->submit(std::move(registration));
    };
  registrar_ =
      std::make_shared<discovery::Registrar>(io.get_executor(), std::move(registrar), std::move(dialer));
}

void Membership::start() {
  if (registrar_) registrar_->start();
  if (view_) view_->start([] {});
}

void Membership::stop() {
  if (registrar_) registrar_->stop();
  if (view_) view_->stop();
  if (lan_) lan_->stop();
}

void Membership::fill(control::Status& status) const {
  if (registrar_) status.registered = registered_status(*registrar_);
  if (view_) status.network = network_status(*view_);
}

}  // namespace qnet::node
