// Listens as cover `site`: the operator's own web site over real TLS, or behind a web server that ends TLS in
// front.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "transport/htx/replay_cache.hpp"
#include "transport/htx/replay_journal.hpp"
#include "transport/link/accept_loop.hpp"
#include "transport/link/listener.hpp"
#include "transport/site/server.hpp"

namespace qnet::site {

struct UpstreamAddress {
  std::string host;
  std::uint16_t port = 0;
};

struct ListenerConfig {
  net::tcp::endpoint listen;
  crypto::X25519KeyPair noise;                ///< the relay's
  std::string site_name;                      ///< the certificate is for it
  openssl_tls::CertificateFiles certificate;  ///< not used behind a proxy
  bool behind_proxy = false;                  ///< plain HTTP, for a web server in front
  std::filesystem::path root;                 ///< the folder that strangers see …
  std::optional<UpstreamAddress> upstream;    ///< … or the web server
  std::filesystem::path state_dir;
};

struct ListenerLimits {
  /// Who replaces a certificate may say so with SIGHUP; otherwise it is noticed within this time.
  static constexpr std::chrono::seconds certificate_check = std::chrono::seconds(10);
};

class Listener final : public link::Listener {
 public:
  /// The pool and `random` must outlive it and its links.
  [[nodiscard]] static base::Result<std::unique_ptr<link::Listener>> open(net::IoPool& pool,
                                                                          ListenerConfig config,
                                                                          base::RandomSource& random);

  void start(link::ListenerHooks hooks) override;
  void stop() override;
  [[nodiscard]] link::ListenerFacts facts() const override;
  [[nodiscard]] const link::Counters& counters() const override { return *counters_; }

 private:
  using Place = std::shared_ptr<link::VisitorPlaces::Place>;

  Listener(net::IoPool& pool, ListenerConfig config, net::tcp::acceptor acceptor,
           std::shared_ptr<const Site> site, openssl_tls::Context context, base::RandomSource& random);
  /// Of one connection.
  [[nodiscard]] Hooks hooks_for(std::size_t core, std::optional<boost::asio::ip::address> remote_address,
                                const Place& place);
  net::Task<void> serve(std::size_t core, net::tcp::socket socket, openssl_tls::Context context, Place place);
  net::Task<void> watch_signal();
  net::Task<void> watch_files();
  void reload();

  ListenerConfig config_;
  base::RandomSource& random_;
  std::shared_ptr<link::Counters> counters_ = std::make_shared<link::Counters>();
  htx::ReplayCache replays_;
  htx::ReplayJournal journal_;
  Gate gate_;
  std::shared_ptr<const Site> site_;
  std::shared_ptr<link::AcceptLoop> accepting_;
  std::function<void(std::size_t, std::unique_ptr<link::Link>)> accepted_;
  openssl_tls::Context context_;  // of the first io_context's thread
  std::vector<std::filesystem::file_time_type> file_times_;
  std::string problem_;
  boost::asio::io_context& io_;
  boost::asio::signal_set hangup_;
  boost::asio::steady_timer check_;
  bool stopped_ = false;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
};

/// For the list of a node's listeners.
[[nodiscard]] link::OpenListener listener(ListenerConfig config);

}  // namespace qnet::site
