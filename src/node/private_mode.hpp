// Private mode: connections of this machine's programs through circuits of several relays.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "control/status.hpp"
#include "foundation/base/at_most_every.hpp"
#include "network/discovery/network_view.hpp"
#include "network/path/circuits.hpp"
#include "node/ask_exit.hpp"
#include "overlay/session/dialer.hpp"

namespace qnet::node {

struct PrivateModeConfig {
  std::filesystem::path state_dir;  ///< where the guards are kept; empty to keep none
  /// No two relays of a circuit in one network. Off only where a whole test network is in one.
  bool distinct_networks = true;
  /// On a cold start the request travels with the circuit's first message (docs/spec/circuit.md §3).
  bool early_request = true;
};

struct PrivateModeLimits {
  /// Exits that are asked for one request. Each of them learns the destination, and none who asks. One more
  /// may have learnt it from a request that travelled early on a circuit that then failed.
  static constexpr std::size_t exits = 3;
  /// Between two log lines of a kind.
  static constexpr std::chrono::minutes between_lines{1};
};

/// Lives on one io_context.
class PrivateMode : public std::enable_shared_from_this<PrivateMode> {
 public:
  struct Wish {
    std::size_t hops = 3;  ///< 2 to 5
    std::vector<std::string> countries{};
    std::string isolation{};
  };

  /// `view` and `dialer` are shared with fast mode. A file of guards that cannot be read is told by each
  /// request and by the status: new guards are not drawn for it.
  [[nodiscard]] static std::shared_ptr<PrivateMode> make(const boost::asio::any_io_executor& executor,
                                                         PrivateModeConfig config,
                                                         std::shared_ptr<discovery::NetworkView> view,
                                                         std::shared_ptr<const session::Dialer> dialer);

  /// Circuits of `hops` are ready before they are needed from here on; none with 1.
  void start(std::size_t hops);
  void set_hops(std::size_t hops);
  void stop();
  /// The view has another list.
  void list_changed() { circuits_->list_changed(); }
  /// This machine is in another network.
  void network_changed() { circuits_->network_changed(); }
  /// New requests take new circuits.
  void new_path() { circuits_->renew(); }
  /// An operator has answered just now.
  void network_answered() { circuits_->network_answered(); }

  net::Task<proxy::Connected> connect(proxy::Destination destination, Wish wish);

  /// Whether a request would find a circuit at once.
  [[nodiscard]] bool ready() const { return circuits_->ready(); }
  /// Adds the circuits, what keeps them from being built, and the exit of the last connection.
  void fill(control::Path& path) const;

 private:
  PrivateMode(const boost::asio::any_io_executor& executor, PrivateModeConfig config,
              std::shared_ptr<discovery::NetworkView> view)
      : config_(std::move(config)), view_(std::move(view)), timer_(executor) {}
  void watch_clock();
  net::Task<void> keep_watching_clock();
  [[nodiscard]] std::shared_ptr<const path::Network> network();
  [[nodiscard]] control::Hop row_of(const peer::PeerId& peer) const;
  void note_exit(const peer::PeerId& exit, const std::string& bound);
  [[nodiscard]] std::string name_of_isolation(std::string_view isolation) const;
  void report(const path::Circuits::Lease& lease, const ExitAnswer& answer, std::uint16_t port);
  void log_problem(const base::Error& error);

  PrivateModeConfig config_;
  std::shared_ptr<discovery::NetworkView> view_;
  std::shared_ptr<path::Circuits> circuits_;
  std::shared_ptr<const discovery::NetworkView::Relays> listed_;  // that network_ is of
  std::shared_ptr<const path::Network> network_;
  std::optional<control::Hop> exit_seen_;
  std::array<std::uint8_t, 32> salt_{};  // of names of isolations
  base::AtMostEvery log_lines_{PrivateModeLimits::between_lines};
  boost::asio::steady_timer timer_;
  bool watches_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::node
