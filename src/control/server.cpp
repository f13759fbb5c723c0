#include "control/server.hpp"

#include <utility>

#include "control/events.hpp"
#include "control/port_owner.hpp"
#include "control/status_json.hpp"
#include "control/watch.hpp"
#include "foundation/net/due_timer.hpp"
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
  explicit State(boost::asio::io_context& io) : timer(io.get_executor()) {}
  Watch watch;
  net::DueTimer timer;
  StatusSource source;
  bool stopped = false;
  std::optional<http::Router> router;
  std::optional<http::Server> http;

  [[nodiscard]] Status status() {
    auto status = source();
    watch.complete(status, std::chrono::system_clock::now());
    return status;
  }
  void tick_each_second() {
    constexpr std::chrono::seconds kSecond{1};
    watch.tick(source(), std::chrono::system_clock::now());
    timer.follow(std::chrono::steady_clock::now() + kSecond, [this] { tick_each_second(); });
  }
};

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
Server::~Server() { stop(); }

void Server::stop() {
  if (!state_) return;
  state_->stopped = true;
  state_->timer.forget();
  state_->http->stop();
}

tcp::endpoint Server::address() const { return state_->http->address(); }
std::size_t Server::open_connections() const { return state_->http->open_connections(); }

base::Result<Server> Server::start(boost::asio::io_context& io, const tcp::endpoint& at, StatusSource source,
                                   Controls controls, const ServerLimits& limits,
                                   std::shared_ptr<net::LocalUsers> users) {
  if (!at.address().is_loopback()) return base::fail(Errc::not_loopback, net::to_text(at));
  auto state = std::make_shared<State>(io);
  state->source = std::move(source);
  controls.more.push_back(
      events_route(io.get_executor(), [weak = std::weak_ptr(state)]() -> std::optional<std::string> {
        const auto alive = weak.lock();
        return alive && !alive->stopped ? std::optional(status_json(alive->status())) : std::nullopt;
      }));
  state->router.emplace(
      status_router([state = state.get()] { return state->status(); }, std::move(controls)));
  http::Admit admit;
  if (users) admit = [users = std::move(users)](const tcp::socket& client) { return users->admit(client); };
  auto http = http::Server::start(
      io, at, [router = &*state->router](const http::Request& request) { return router->answer(request); },
      to_http(limits), std::move(admit));
  if (!http) {
    if (!http.error().is(net::Errc::address_in_use))
      return base::fail(Errc::cannot_listen, http.error().message());
    const auto owner = port_owner(at);
    return base::fail(Errc::port_taken,
                      net::to_text(at) + (owner ? " is used by " + to_text(*owner) : " is in use"));
  }
  state->http.emplace(std::move(*http));
  state->timer.follow(std::chrono::steady_clock::now(), [state = state.get()] { state->tick_each_second(); });
  return Server(std::move(state));
}

}  // namespace qnet::control
