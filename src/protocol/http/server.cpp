#include "protocol/http/server.hpp"

#include <array>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>

#include "protocol/http/connection_slots.hpp"
#include "protocol/http/send_stream.hpp"
#include "protocol/http/wire.hpp"

namespace qnet::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using net::Task;
using net::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// How long to wait for file descriptors when the process has none left.
constexpr std::chrono::milliseconds kAcceptPause{100};
// What a client whose request was refused is still listened to, so that it reads the answer before a reset.
constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::size_t kLingerBytes = 64 * 1024;

Task<void> linger(beast::tcp_stream& stream) {
  boost::system::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream.expires_after(kLinger);
  std::array<char, 4096> scratch{};
  for (std::size_t taken = 0; taken < kLingerBytes;) {
    const auto [error, size] = co_await stream.async_read_some(asio::buffer(scratch), kAwait);
    if (error) co_return;
    taken += size;
  }
}

/// Asio gives the system 64 KiB at a time, and looks for other work after each: of two megabytes, answered
/// fifty times a second, that is a fifth of the time (bench/directory_load.py, "a large country's").
std::size_t much_at_once(const boost::system::error_code& error, std::size_t) {
  return error ? 0 : std::size_t{1024} * 1024;
}

class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

Reply too_many_streams() {
  auto reply = error_reply(503, "Too many streams are open.", "Close one, or try again in a moment.");
  retry_after(reply, std::chrono::seconds(5));
  return reply;
}

// One write without waiting: a fresh socket always has room for it.
void turn_away(tcp::socket socket) {
  auto reply = error_reply(503, "Too many connections.", "Close some, or try again in a moment.");
  retry_after(reply, std::chrono::seconds(5));
  const auto text = head_of(reply, 11, false) + std::string(reply.body.bytes());
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  std::array<char, 4096> scratch{};
  socket.read_some(asio::buffer(scratch), ignored);  // unread bytes would turn the close into a reset
}

}  // namespace

class Server::State : public std::enable_shared_from_this<State> {
 public:
  State(tcp::acceptor acceptor, Handler handler, const ServerLimits& limits, Admit admit)
      : acceptor_(std::move(acceptor)),
        address_(acceptor_.local_endpoint()),
        pause_(acceptor_.get_executor()),
        handler_(std::move(handler)),
        admit_(std::move(admit)),
        limits_(limits),
        slots_(std::make_shared<ConnectionSlots>(limits.connections, limits.per_client_prefix)) {}

  void start() { asio::co_spawn(acceptor_.get_executor(), accept_all(shared_from_this()), asio::detached); }

  void stop() {
    boost::system::error_code ignored;
    stopped_ = true;
    acceptor_.close(ignored);
    pause_.cancel();
    slots_->close_all();
    handler_ = nullptr;
  }

  [[nodiscard]] tcp::endpoint address() const { return address_; }
  [[nodiscard]] std::size_t open_connections() const { return slots_->taken(); }
  [[nodiscard]] std::size_t open_streams() const { return streams_; }

 private:
  static Task<void> accept_all(std::shared_ptr<State> self);
  static Task<void> serve(std::shared_ptr<State> self,
                          std::unique_ptr<ConnectionSlots::Connection> connection);
  Task<bool> serve_request(beast::tcp_stream& stream, beast::flat_buffer& buffer, const tcp::endpoint& from);
  Task<Reply> ask_handler(const Request& request) const;
  Task<void> answer_with_stream(beast::tcp_stream& stream, const Reply& reply, unsigned version);
  Task<bool> wait_for_request(ConnectionSlots::Connection& connection, beast::flat_buffer& buffer) const;
  Task<boost::system::error_code> read(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                       Parser& parser) const;

  tcp::acceptor acceptor_;
  tcp::endpoint address_;
  asio::steady_timer pause_;
  Handler handler_;
  Admit admit_;
  ServerLimits limits_;
  std::shared_ptr<ConnectionSlots> slots_;
  std::size_t streams_ = 0;
  bool stopped_ = false;
};

Task<void> Server::State::accept_all(std::shared_ptr<State> self) {
  for (;;) {
    auto [error, socket] = co_await self->acceptor_.async_accept(kAwait);
    if (self->stopped_) co_return;
    if (error) {
      self->pause_.expires_after(kAcceptPause);
      (void)co_await self->pause_.async_wait(kAwait);
      if (self->stopped_) co_return;
      continue;
    }
    boost::system::error_code gone;
    if (self->admit_ && !self->admit_(socket)) {
      socket.set_option(asio::socket_base::linger(true, 0), gone);
      socket.close(gone);  // a reset: what destroys a socket takes the option away
      continue;
    }
    const auto from = unmapped(socket.remote_endpoint(gone));
    if (gone) continue;
    if (!self->slots_->make_room(from)) {
      turn_away(std::move(socket));
      continue;
    }
    const auto executor = socket.get_executor();
    auto connection = std::make_unique<ConnectionSlots::Connection>(self->slots_, std::move(socket), from);
    asio::co_spawn(executor, serve(self, std::move(connection)), asio::detached);
  }
}

Task<void> Server::State::serve(std::shared_ptr<State> self,
                                std::unique_ptr<ConnectionSlots::Connection> connection) {
  if (self->stopped_) co_return;
  // Room for one header and the beginning of a pipelined next one.
  beast::flat_buffer buffer(2 * self->limits_.header_bytes + self->limits_.body_bytes);
  while (co_await self->wait_for_request(*connection, buffer)) {
    connection->stream().expires_after(self->limits_.request);
    if (!co_await self->serve_request(connection->stream(), buffer, connection->from())) break;
  }
}

Task<bool> Server::State::wait_for_request(ConnectionSlots::Connection& connection,
                                           beast::flat_buffer& buffer) const {
  if (buffer.size() > 0) co_return true;
  connection.set_idle(true);
  connection.stream().expires_after(limits_.idle);
  const auto [error, size] =
      co_await connection.stream().async_read_some(buffer.prepare(limits_.header_bytes), kAwait);
  connection.set_idle(false);
  buffer.commit(size);
  co_return !error && !stopped_;
}

Task<boost::system::error_code> Server::State::read(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                                    Parser& parser) const {
  auto [error, size] = co_await bhttp::async_read_header(stream, buffer, parser, kAwait);
  if (error || limits_.body_bytes == 0 || parser.is_done()) co_return error;
  if (view(parser.get()[bhttp::field::expect]) == "100-continue") {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failed, written] = co_await asio::async_write(stream, asio::buffer(kContinue), kAwait);
    if (failed) co_return failed;
  }
  auto [body_error, body_size] = co_await bhttp::async_read(stream, buffer, parser, kAwait);
  co_return body_error;
}

Task<bool> Server::State::serve_request(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                        const tcp::endpoint& from) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  // Where bodies are not read, their length must not be an error either.
  if (limits_.body_bytes > 0)
    parser.body_limit(limits_.body_bytes);
  else
    parser.body_limit(boost::none);
  const auto error = co_await read(stream, buffer, parser);
  if (stopped_ || (error && !deserves_reply(error))) co_return false;

  // A body that was not read could not be told apart from what follows it.
  const bool keep_alive = !error && parser.is_done() && parser.keep_alive();
  const bool head = !error && parser.get().method() == bhttp::verb::head;
  const unsigned version = error ? 11 : parser.get().version();
  auto reply = reply_to_error(error);
  if (!error) {
    const auto request = to_request(parser, from);
    reply = co_await ask_handler(request);
  }
  if (stopped_) co_return false;
  if (reply.stream && !head && streams_ >= limits_.streams) reply = too_many_streams();
  if (reply.stream && !head) {
    co_await answer_with_stream(stream, reply, version);
    co_return false;
  }
  const auto before = head_of(reply, version, keep_alive);
  const auto body = head ? std::string_view() : reply.body.bytes();
  const std::array<asio::const_buffer, 2> parts{asio::buffer(before), asio::buffer(body)};
  const auto [failed, written] = co_await asio::async_write(stream, parts, much_at_once, kAwait);
  if (failed) co_return false;
  if (!keep_alive) co_await linger(stream);
  co_return keep_alive;
}

Task<void> Server::State::answer_with_stream(beast::tcp_stream& stream, const Reply& reply,
                                             unsigned version) {
  const auto before = head_of(reply, version, false);
  const auto [failed, written] = co_await asio::async_write(stream, asio::buffer(before), kAwait);
  if (failed || stopped_) co_return;
  stream.expires_never();
  const auto framing = version >= 11 ? Framing::chunked : Framing::until_close;
  bool whole = false;
  {
    const Counted open(streams_);
    whole = co_await send_stream(stream.socket(), reply.stream, framing, limits_.chunk);
  }
  if (whole && !stopped_) co_await linger(stream);
}

/// Whose request goes wrong is told so.
Task<Reply> Server::State::ask_handler(const Request& request) const {
  try {
    co_return co_await handler_(request);
  } catch (const std::exception& error) {
    spdlog::error("a request over HTTP failed: {}", error.what());
  }
  co_return error_reply(500, "Something went wrong here.",
                        "Try again; the operator will find more in the log.");
}

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

tcp::endpoint Server::address() const { return state_->address(); }
std::size_t Server::open_connections() const { return state_->open_connections(); }
std::size_t Server::open_streams() const { return state_->open_streams(); }

base::Result<Server> Server::start(asio::io_context& io, const tcp::endpoint& at, Handler handler,
                                   const ServerLimits& limits, Admit admit) {
  auto acceptor = net::listen(io, at);
  if (!acceptor) return base::forward_error(acceptor);
  auto state = std::make_shared<State>(std::move(*acceptor), std::move(handler), limits, std::move(admit));
  state->start();
  return Server(std::move(state));
}

}  // namespace qnet::http
