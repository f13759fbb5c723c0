#include "control/server.hpp"

#include <utility>

#include "control/port_owner.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/http/server.hpp"

namespace qnet::control {

namespace {

using tcp = boost::asio::ip::tcp;

http::ServerLimits to_http(const ServerLimits& limits) {
  return {limits.header_bytes, limits.body_bytes, limits.connections,
          limits.connections,  limits.request,    limits.idle};
}

}  // namespace

struct Server::State {
  http::Router router;
  std::optional<http::Server> http;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
Server::~Server() { stop(); }

void Server::stop() {
  if (state_) state_->http->stop();
}

tcp::endpoint Server::address() const { return state_->http->address(); }
std::size_t Server::open_connections() const { return state_->http->open_connections(); }

base::Result<Server> Server::start(boost::asio::io_context& io, const tcp::endpoint& at, StatusSource source,
                                   Controls controls, const ServerLimits& limits) {
  if (!at.address().is_loopback()) return base::fail(Errc::not_loopback, net::to_text(at));
  auto state =
      std::make_unique<State>(State{status_router(std::move(source), std::move(controls)), std::nullopt});
  auto http = http::Server::start(
      io, at, [router = &state->router](const http::Request& request) { return router->answer(request); },
      to_http(limits));
  if (!http) {
    if (!http.error().is(net::Errc::address_in_use))
      return base::fail(Errc::cannot_listen, http.error().message());
    const auto owner = port_owner(at);
    return base::fail(Errc::port_taken,
                      net::to_text(at) + (owner ? " is used by " + to_text(*owner) : " is in use"));
  }
  state->http.emplace(std::move(*http));
  return Server(std::move(state));
}

}  // namespace qnet::control
