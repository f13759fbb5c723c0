#include "demo/demo_site/server.hpp"

#include <functional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "demo/demo_site/connection.hpp"
#include "demo/demo_site/tls_context.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::demo_site {

namespace asio = boost::asio;
using net::Task;
using tcp = asio::ip::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// How long to wait for file descriptors when the process has none left.
constexpr std::chrono::milliseconds kAcceptPause{100};

// A listening port and what is done with those who come.
struct Port {
  using Serve = std::function<Task<void>(tcp::socket)>;

  Port(tcp::acceptor listening, Serve function)
      : acceptor(std::move(listening)),
        address(acceptor.local_endpoint()),
        pause(acceptor.get_executor()),
        serve(std::move(function)) {}

  void close() {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
  }

  tcp::acceptor acceptor;
  tcp::endpoint address;
  asio::steady_timer pause;
  Serve serve;
};

Task<void> accept_all(std::shared_ptr<Port> port, std::shared_ptr<Service> service) {
  for (;;) {
    auto [error, socket] = co_await port->acceptor.async_accept(kAwait);
    if (service->stopped) co_return;
    if (error) {
      port->pause.expires_after(kAcceptPause);
      (void)co_await port->pause.async_wait(kAwait);
      if (service->stopped) co_return;
    } else if (service->open.size() < service->limits.connections) {
      asio::co_spawn(port->acceptor.get_executor(), port->serve(std::move(socket)), asio::detached);
    }
  }
}

}  // namespace

class Server::State {
 public:
  explicit State(const Limits& limits) : service_(std::make_shared<Service>(limits)) {}

  base::Result<void> listen(asio::io_context& io, const Addresses& at,
                            const crypto::SelfSigned& certificate) {
    if (at.http) {
      auto opened = open(io, *at.http, [service = service_](tcp::socket socket) {
        return serve_plain(service, std::move(socket));
      });
      if (!opened) return base::forward_error(opened);
      http_ = *opened;
    }
    if (at.https) {
      auto context = tls_context(certificate);
      if (!context) return base::forward_error(context);
      auto opened = open(io, *at.https, [service = service_, tls = *context](tcp::socket socket) {
        return serve_tls(service, tls, std::move(socket));
      });
      if (!opened) return base::forward_error(opened);
      https_ = *opened;
    }
    return {};
  }

  void start() {
    for (const auto& port : {http_, https_})
      if (port) asio::co_spawn(port->acceptor.get_executor(), accept_all(port, service_), asio::detached);
  }

  void stop() {
    service_->stopped = true;
    for (const auto& port : {http_, https_})
      if (port) port->close();
    for (auto* stream : service_->open) stream->close();
  }

  [[nodiscard]] Addresses addresses() const {
    Addresses all;
    if (http_) all.http = http_->address;
    if (https_) all.https = https_->address;
    return all;
  }

  [[nodiscard]] std::size_t open_connections() const { return service_->open.size(); }

 private:
  static base::Result<std::shared_ptr<Port>> open(asio::io_context& io, const tcp::endpoint& at,
                                                  Port::Serve serve) {
    auto acceptor = net::listen(io, at);
    if (!acceptor) return base::fail(Errc::cannot_listen, acceptor.error().message());
    return std::make_shared<Port>(std::move(*acceptor), std::move(serve));
  }

  std::shared_ptr<Service> service_;
  std::shared_ptr<Port> http_;
  std::shared_ptr<Port> https_;
};

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
Server::~Server() { stop(); }

void Server::stop() {
  if (state_) state_->stop();
}

Addresses Server::addresses() const { return state_->addresses(); }
std::size_t Server::open_connections() const { return state_->open_connections(); }

base::Result<Server> Server::start(asio::io_context& io, const Addresses& at,
                                   const crypto::SelfSigned& certificate, const Limits& limits) {
  auto state = std::make_shared<State>(limits);
  if (auto listening = state->listen(io, at, certificate); !listening) return base::forward_error(listening);
  state->start();
  return Server(std::move(state));
}

}  // namespace qnet::demo_site
