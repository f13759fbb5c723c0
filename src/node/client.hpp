// Helper mode `client`: a proxy for this machine's programs, and a tunnel that carries what they ask for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/controls.hpp"
#include "control/status.hpp"
#include "edge/proxy/server.hpp"
#include "foundation/base/random.hpp"
#include "node/client_config.hpp"
#include "node/tunnel.hpp"
#include "node/web_proof.hpp"

namespace qnet::node {

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

  /// Adds what can be asked of a client and changed: call on the io_context's thread, until stop().
  void offer(control::Controls& controls);

  /// Call on the io_context's thread.
  void fill(control::Status& status) const;

 private:
  Client(boost::asio::io_context& io, proxy::Entrances entrances, const ClientConfig& config,
         std::shared_ptr<const session::Dialer> dialer);
  net::Task<proxy::Connected> connect(proxy::Request request);
  [[nodiscard]] base::Result<void> set_hops(std::size_t hops);
  [[nodiscard]] base::Result<void> set_exit_countries(std::vector<std::string> countries);
  [[nodiscard]] base::Result<void> add_invite(const std::string& link);
  void new_path();
  [[nodiscard]] std::string proxy_address() const;
  void connect_again();
  void disconnect();
  net::Task<void> watch_web();
  net::Task<void> check_web();

  boost::asio::io_context& io_;
  ClientConfig config_;  // as it is now
  std::shared_ptr<const session::Dialer> dialer_;
  std::shared_ptr<Tunnel> tunnel_;  // null while the person wants none
  std::shared_ptr<proxy::Server> proxy_;
  WebProof proof_;
  boost::asio::steady_timer web_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false after stop()
  bool joined_ = false;
  std::uint64_t renewals_ = 0;
};

}  // namespace qnet::node
