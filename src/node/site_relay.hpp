// A relay behind cover `site`: its own web site over real TLS, or a web server in front of it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/status.hpp"
#include "edge/exit/service.hpp"
#include "foundation/base/random.hpp"
#include "foundation/net/io_pool.hpp"
#include "foundation/net/tcp.hpp"
#include "node/counters.hpp"
#include "node/replay_journal.hpp"
#include "overlay/peer/address.hpp"
#include "overlay/peer/identity.hpp"
#include "transport/site/server.hpp"

namespace qnet::node {

struct SiteRelayLimits {
  /// Who replaces a certificate may say so with SIGHUP; otherwise it is noticed within this time.
  static constexpr std::chrono::seconds certificate_check = std::chrono::seconds(10);
};

struct SiteRelayConfig {
  peer::Identity identity;
  net::tcp::endpoint listen;
  std::string site_name;                      ///< the certificate is for it
  openssl_tls::CertificateFiles certificate;  ///< not used behind a proxy
  bool behind_proxy = false;                  ///< plain HTTP, for a web server in front
  std::filesystem::path root;                 ///< the folder that strangers see …
  std::optional<peer::HostPort> upstream;     ///< … or the web server
  std::filesystem::path state_dir;
  std::optional<exit::ServiceOptions> exit;
  session::Handler directory{};  ///< empty in modes that serve none
};

/// Accepts on the pool's first io_context and hands each connection to the next one, where it stays.
class SiteRelay {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<SiteRelay>> start(net::IoPool& pool,
                                                                      SiteRelayConfig config,
                                                                      base::RandomSource& random);
  SiteRelay(const SiteRelay&) = delete;
  SiteRelay& operator=(const SiteRelay&) = delete;
  ~SiteRelay();

  void stop();
  /// Call on the first io_context's thread.
  void fill(control::Status& status) const;

 private:
  using RemoteAddress = std::optional<boost::asio::ip::address>;
  struct Core {
    std::vector<std::weak_ptr<session::Session>> sessions;
  };
  SiteRelay(net::IoPool& pool, SiteRelayConfig config, net::tcp::acceptor acceptor,
            std::shared_ptr<const site::Site> site, openssl_tls::Context context, base::RandomSource& random);
  /// Of one connection.
  [[nodiscard]] site::Hooks hooks_for(std::size_t core, RemoteAddress remote_address);
  void begin_session(std::size_t core, std::unique_ptr<net::ByteStream> stream, site::Finished finished,
                     const RemoteAddress& remote_address);
  net::Task<void> accept();
  net::Task<void> serve(std::size_t core, net::tcp::socket socket, openssl_tls::Context context);
  net::Task<void> watch_signal();
  net::Task<void> watch_files();
  void reload();

  net::IoPool& pool_;
  SiteRelayConfig config_;
  net::tcp::acceptor acceptor_;
  base::RandomSource& random_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  htx::ReplayCache replays_;
  ReplayJournal journal_;
  site::Gate gate_;
  std::shared_ptr<const site::Site> site_;
  std::unique_ptr<exit::Service> exit_;
  std::vector<Core> cores_;
  openssl_tls::Context context_;  // of the first io_context's thread
  std::vector<std::filesystem::file_time_type> file_times_;
  std::string problem_;
  boost::asio::signal_set hangup_;
  boost::asio::steady_timer check_;
  bool stopped_ = false;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
};

/// A failure to start, other than to listen, with what to do about it.
[[nodiscard]] base::Error explain_site_error(const base::Error& error);

}  // namespace qnet::node
