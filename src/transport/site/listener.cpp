#include "transport/site/listener.hpp"

#include <csignal>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/link/link_places.hpp"
#include "transport/link/visitor_stream.hpp"
#include "transport/site/folder_site.hpp"
#include "transport/site/upstream_site.hpp"

namespace qnet::site {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

base::Result<std::shared_ptr<const Site>> open_site(const ListenerConfig& config) {
  const Limits limits;
  if (config.upstream)
    return std::make_shared<const UpstreamSite>(config.upstream->host, config.upstream->port,
                                                !config.behind_proxy, limits);
  auto folder = FolderSite::open(config.root, limits);
  if (!folder) return base::forward_error(folder);
  return std::shared_ptr<const Site>(std::move(*folder));
}

std::vector<std::filesystem::file_time_type> times_of(const openssl_tls::CertificateFiles& files) {
  std::error_code ignored;
  return {std::filesystem::last_write_time(files.certificate, ignored),
          std::filesystem::last_write_time(files.key, ignored)};
}

}  // namespace

base::Result<std::unique_ptr<link::Listener>> Listener::open(net::IoPool& pool, ListenerConfig config,
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
  return std::unique_ptr<link::Listener>(new Listener(pool, std::move(config), std::move(*acceptor),
                                                      std::move(*site), std::move(context), random));
}

Listener::Listener(net::IoPool& pool, ListenerConfig config, net::tcp::acceptor acceptor,
                   std::shared_ptr<const Site> site, openssl_tls::Context context, base::RandomSource& random)
    : config_(std::move(config)),
      random_(random),
      replays_(random),
      journal_(config_.state_dir),
      gate_({config_.noise.clone(), {}}, replays_),
      site_(std::move(site)),
      accepting_(std::make_shared<link::AcceptLoop>(
          pool, std::move(acceptor), counters_,
          config_.behind_proxy ? link::AcceptLoop::From::web_server : link::AcceptLoop::From::visitors)),
      context_(std::move(context)),
      io_(pool.first()),
      hangup_(io_),
      check_(io_) {
  journal_.restore(replays_, htx::wall_clock());
}

void Listener::start(link::ListenerHooks hooks) {
  accepted_ = std::move(hooks.accepted);
  accepting_->start([this](std::size_t core, net::tcp::socket socket, Place place) {
    return serve(core, std::move(socket), context_, std::move(place));
  });
  if (config_.behind_proxy) return;
  file_times_ = times_of(config_.certificate);
  hangup_.add(SIGHUP);
  asio::co_spawn(io_, watch_signal(), asio::detached);
  asio::co_spawn(io_, watch_files(), asio::detached);
}

Hooks Listener::hooks_for(std::size_t core, std::optional<asio::ip::address> remote_address,
                          const Place& place) {
  return {[remote_address] { return link::LinkPlaces::of_process().has_room(remote_address); },
          [counters = counters_](Gate::Visit visit) {
            ++counters->visitors;
            if (visit == Gate::Visit::replayed) ++counters->replayed;
            if (visit == Gate::Visit::clock) ++counters->clock_skewed;
          },
          [this, place](const crypto::X25519Public& ephemeral) {
            (void)journal_.note(ephemeral, htx::wall_clock());
            place->recognised();
          },
          [counters = counters_] { ++counters->failed; },
          [this, core, remote_address, place](std::unique_ptr<net::ByteStream> stream, Finished finished,
                                              std::size_t whole_record) {
            ++counters_->accepted;
            auto config = htx::record_link_config(std::move(finished.keys), noise::Role::responder,
                                                  finished.peer_static);
            config.unread = std::move(finished.unread);
            config.whole_record = whole_record;
            config.facts.remote_address = remote_address;
            config.counted = link::counted_link(counters_, remote_address, place.get());
            accepted_(core, std::make_unique<htx::RecordLink>(std::move(stream), std::move(config), random_));
          }};
}

net::Task<void> Listener::serve(std::size_t core, net::tcp::socket socket, openssl_tls::Context context,
                                Place place) {
  // Behind a web server everybody comes from that one.
  const auto server = std::make_shared<Server>(
      gate_, site_, hooks_for(core, context ? ip::limited_remote_address(socket) : std::nullopt, place),
      random_, Limits());
  auto connection = std::make_unique<net::TcpStream>(std::move(socket));
  connection->keep_alive(link::ListenerLimits::keep_alive);
  connection->limit_unsent(link::kUnsent);
  auto stream = std::make_unique<link::VisitorStream>(std::move(connection), std::move(place));
  if (context)
    co_await server->serve_tls(std::move(stream), std::move(context));
  else
    co_await server->serve_plain(std::move(stream));
}

net::Task<void> Listener::watch_signal() {
  while (!stopped_) {
    const auto [error, number] = co_await hangup_.async_wait(kAwait);
    if (error || stopped_) co_return;
    reload();
  }
}

net::Task<void> Listener::watch_files() {
  while (!stopped_) {
    check_.expires_after(ListenerLimits::certificate_check);
    (void)co_await check_.async_wait(kAwait);
    if (!stopped_ && times_of(config_.certificate) != file_times_) reload();
  }
}

void Listener::reload() {
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

void Listener::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  accepting_->stop();
  hangup_.cancel(ignored);
  check_.cancel();
}

link::ListenerFacts Listener::facts() const { return {accepting_->address(), true, since_, problem_}; }

link::OpenListener listener(ListenerConfig config) { return link::open_later<Listener>(std::move(config)); }

}  // namespace qnet::site
