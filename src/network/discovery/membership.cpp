#include "network/discovery/membership.hpp"

#include <atomic>

#include <boost/asio/post.hpp>

#include "network/discovery/missing_relays.hpp"
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
  known_relays_ = std::move(config.known_relays);
  watch_view(io, dialer->random());
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

/// A circuit may go on to a relay that is younger than our list.
void Membership::watch_view(boost::asio::io_context& io, base::RandomSource& random) {
  if (!view_ || !known_relays_) return;
  /// Asked about on any thread; the schedule is the io_context's.
  struct Missing {
    std::atomic<bool> posted{false};
    MissingRelays schedule{};
  };
  known_relays_->on_missing(
      [&io, &random, missing = std::make_shared<Missing>(), weak = std::weak_ptr(view_)] {
        if (missing->posted.exchange(true)) return;
        boost::asio::post(io, [missing, weak, &random] {
          missing->posted = false;
          const auto view = weak.lock();
          if (view && missing->schedule.ask(std::chrono::steady_clock::now(), random)) view->refresh_soon();
        });
      });
}

void Membership::join() {
  if (registrar_) registrar_->start();
  if (!view_) return;
  view_->start([this] {
    if (known_relays_ && !view_->relays()->empty()) known_relays_->replace(view_->relays());
  });
}

void Membership::stop(const std::shared_ptr<const void>& farewell) {
  if (registrar_) registrar_->stop(farewell);
  if (view_ && known_relays_) known_relays_->on_missing(nullptr);
  if (view_) view_->stop();
  if (lan_) lan_->stop();
}

}  // namespace qnet::discovery
