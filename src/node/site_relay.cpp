#include "node/site_relay.hpp"

#include <csignal>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"
#include "node/cover_gate.hpp"
#include "node/error.hpp"
#include "node/relay_services.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/site/error.hpp"
#include "transport/site/folder_site.hpp"
#include "transport/site/upstream_site.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

base::Result<std::shared_ptr<const site::Site>> open_site(const SiteRelayConfig& config) {
  const site::Limits limits;
  if (config.upstream)
    return std::make_shared<const site::UpstreamSite>(config.upstream->host, config.upstream->port,
                                                      !config.behind_proxy, limits);
  auto folder = site::FolderSite::open(config.root, limits);
  if (!folder) return base::forward_error(folder);
  return std::shared_ptr<const site::Site>(std::move(*folder));
}

std::vector<std::filesystem::file_time_type> times_of(const openssl_tls::CertificateFiles& files) {
  std::error_code ignored;
  return {std::filesystem::last_write_time(files.certificate, ignored),
          std::filesystem::last_write_time(files.key, ignored)};
}

}  // namespace

base::Result<std::unique_ptr<SiteRelay>> SiteRelay::start(net::IoPool& pool, SiteRelayConfig config,
                                                          base::RandomSource& random) {
  auto site = open_site(config);
  if (!site) return base::forward_error(site);
  openssl_tls::Context context;
  if (!config.behind_proxy) {
    auto made = openssl_tls::server_context(config.certificate, config.site_name);
    if (!made) return base::forward_error(made);
    context = std::move(*made);
  }
  auto acceptor = net::listen(pool.first(), config.listen);
  if (!acceptor) return base::forward_error(acceptor);
  return std::unique_ptr<SiteRelay>(new SiteRelay(pool, std::move(config), std::move(*acceptor),
                                                  std::move(*site), std::move(context), random));
}

SiteRelay::SiteRelay(net::IoPool& pool, SiteRelayConfig config, net::tcp::acceptor acceptor,
                     std::shared_ptr<const site::Site> site, openssl_tls::Context context,
                     base::RandomSource& random)
    : pool_(pool),
      config_(std::move(config)),
      acceptor_(std::move(acceptor)),
      random_(random),
      replays_(random),
      journal_(config_.state_dir),
      gate_({config_.identity.noise.clone(), {}}, replays_),
      site_(std::move(site)),
      cores_(pool.size()),
      context_(std::move(context)),
      hangup_(pool.first()),
      check_(pool.first()) {
  journal_.restore(replays_, htx::wall_clock());
  if (config_.exit) exit_ = std::make_unique<exit::Service>(std::move(*config_.exit));
  asio::co_spawn(pool_.first(), accept(), asio::detached);
  if (config_.behind_proxy) return;
  file_times_ = times_of(config_.certificate);
  hangup_.add(SIGHUP);
  asio::co_spawn(pool_.first(), watch_signal(), asio::detached);
  asio::co_spawn(pool_.first(), watch_files(), asio::detached);
}

SiteRelay::~SiteRelay() = default;

site::Hooks SiteRelay::hooks_for(std::size_t core, RemoteAddress remote_address) {
  using Visit = site::Gate::Visit;
  return {[counters = counters_] {
            return counters->sessions_open < static_cast<std::int64_t>(CoverLimits::sessions);
          },
          [counters = counters_](Visit visit) {
            ++counters->spliced;
            if (visit == Visit::replayed) ++counters->replayed;
            if (visit == Visit::clock) ++counters->clock_skewed;
          },
          [this](const crypto::X25519Public& ephemeral) { journal_.note(ephemeral, htx::wall_clock()); },
          [counters = counters_] { ++counters->failed; },
          [this, core, remote_address = std::move(remote_address)](std::unique_ptr<net::ByteStream> stream,
                                                                   site::Finished finished) {
            begin_session(core, std::move(stream), std::move(finished), remote_address);
          }};
}

void SiteRelay::begin_session(std::size_t core, std::unique_ptr<net::ByteStream> stream,
                              site::Finished finished, const RemoteAddress& remote_address) {
  ++counters_->accepted;
  session::Established established{std::move(finished.keys.from_responder),
                                   std::move(finished.keys.from_initiator),
                                   {},
                                   std::move(finished.unread),
                                   {}};
  established.remote_address = remote_address;
  established.handshake_hash = finished.keys.handshake_hash;
  established.peer_key = finished.peer_static;
  const auto session = session::Session::start(
      std::move(stream), mux::Role::responder, std::move(established),
      relay_protocols(config_.identity.peer_id(), exit_.get(), config_.directory, pool_.at(core), counters_),
      random_);
  auto& sessions = cores_[core].sessions;
  std::erase_if(sessions, [](const auto& known) { return known.expired(); });
  sessions.push_back(session);
  session->on_end([gauge = std::make_shared<Gauge>(counters_, &Counters::sessions_open)] {});
}

net::Task<void> SiteRelay::accept() {
  asio::steady_timer pause(acceptor_.get_executor());
  std::size_t next = 1;
  while (acceptor_.is_open()) {
    const bool full = counters_->connections_open.load(std::memory_order_relaxed) >=
                      static_cast<std::int64_t>(CoverLimits::connections);
    boost::system::error_code error;
    if (!full) {
      const auto core = next++ % pool_.size();
      auto [failed, accepted] = co_await acceptor_.async_accept(pool_.at(core), kAwait);
      error = failed;
      if (!error)
        asio::co_spawn(
            pool_.at(core),
            [this, core, context = context_, socket = std::move(accepted)]() mutable {
              return serve(core, std::move(socket), std::move(context));
            },
            asio::detached);
    }
    if ((full || error) && acceptor_.is_open()) {
      pause.expires_after(kAcceptPause);
      (void)co_await pause.async_wait(kAwait);
    }
  }
}

net::Task<void> SiteRelay::serve(std::size_t core, net::tcp::socket socket, openssl_tls::Context context) {
  const Gauge open(counters_, &Counters::connections_open);
  // Behind a web server everybody comes from that one.
  const auto server = std::make_shared<site::Server>(
      gate_, site_, hooks_for(core, context ? ip::limited_remote_address(socket) : std::nullopt), random_,
      site::Limits());
  auto stream = std::make_unique<net::TcpStream>(std::move(socket));
  stream->keep_alive(CoverLimits::keep_alive);
  if (context)
    co_await server->serve_tls(std::move(stream), std::move(context));
  else
    co_await server->serve_plain(std::move(stream));
}

net::Task<void> SiteRelay::watch_signal() {
  while (!stopped_) {
    const auto [error, number] = co_await hangup_.async_wait(kAwait);
    if (error || stopped_) co_return;
    reload();
  }
}

net::Task<void> SiteRelay::watch_files() {
  while (!stopped_) {
    check_.expires_after(SiteRelayLimits::certificate_check);
    (void)co_await check_.async_wait(kAwait);
    if (!stopped_ && times_of(config_.certificate) != file_times_) reload();
  }
}

void SiteRelay::reload() {
  // Between the replacement of the certificate and of its key they do not fit: the next look finds both.
  file_times_ = times_of(config_.certificate);
  auto made = openssl_tls::server_context(config_.certificate, config_.site_name);
  if (made) {
    context_ = std::move(*made);
    problem_.clear();
    spdlog::info("the certificate was read again; new connections show it");
  } else {
    problem_ = "The new certificate cannot be used, so the old one is shown: " + made.error().message() + ".";
    spdlog::warn("{}", problem_);
  }
}

void SiteRelay::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  hangup_.cancel(ignored);
  check_.cancel();
  for (std::size_t core = 0; core < cores_.size(); ++core)
    asio::post(pool_.at(core), [sessions = &cores_[core].sessions] {
      for (const auto& known : *sessions)
        if (const auto session = known.lock()) session->close();
    });
}

void SiteRelay::fill(control::Status& status) const {
  status.connection = control::Connection::connected;
  status.since = since_;
  status.peer_id = config_.identity.peer_id().to_text();
  status.listen_address = net::to_text(config_.listen);
  if (!problem_.empty()) status.problem = problem_;
  fill_counters(status.counters, *counters_, exit_.get());
}

base::Error explain_site_error(const base::Error& error) {
  using Tls = openssl_tls::Errc;
  const auto advice = [&error](const char* what) {
    return base::Error(Errc::cannot_start, error.message() + "; " + what);
  };
  if (error.is(Tls::certificate_unreadable))
    return advice("give the certificate chain in PEM with --tls-cert, and let this user read it");
  if (error.is(Tls::key_unreadable))
    return advice("give its key in PEM with --tls-key, and let this user read it");
  if (error.is(Tls::key_mismatch)) return advice("give with --tls-key the key that --tls-cert was made for");
  if (error.is(Tls::wrong_name)) return advice("give with --cover-name a name that the certificate has");
  if (error.is(Tls::expired)) return advice("renew it, or give another with --tls-cert");
  if (error.is(site::Errc::no_site)) return advice("give another with --site-root");
  return error;
}

}  // namespace qnet::node
