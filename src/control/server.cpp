#include "control/server.hpp"

#include <array>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "control/port_owner.hpp"
#include "net/tcp.hpp"

namespace qnet::control {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::Task;
using tcp = asio::ip::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// How long to wait for file descriptors when the process has none left.
constexpr std::chrono::milliseconds kAcceptPause{100};
// What a client whose request was refused is still listened to, so that it reads the answer before a reset.
constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::size_t kLingerBytes = 64 * 1024;

using Parser = http::request_parser<http::empty_body>;
using Response = http::response<http::string_body>;

}  // namespace

class Server::State : public std::enable_shared_from_this<State> {
 public:
  State(tcp::acceptor acceptor, StatusSource source, const ServerLimits& limits)
      : acceptor_(std::move(acceptor)),
        address_(acceptor_.local_endpoint()),
        pause_(acceptor_.get_executor()),
        source_(std::move(source)),
        limits_(limits) {}

  void start() { asio::co_spawn(acceptor_.get_executor(), accept_all(shared_from_this()), asio::detached); }

  void stop() {
    boost::system::error_code ignored;
    stopped_ = true;
    acceptor_.close(ignored);
    pause_.cancel();
    for (auto* stream : open_) stream->close();
    source_ = nullptr;
  }

  [[nodiscard]] tcp::endpoint address() const { return address_; }
  [[nodiscard]] std::size_t open_connections() const { return open_.size(); }

 private:
  // A connection stands in the set as long as its coroutine runs.
  class Entry {
   public:
    Entry(State& state, beast::tcp_stream& stream) : state_(state), stream_(stream) {
      state_.open_.insert(&stream_);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { state_.open_.erase(&stream_); }

   private:
    State& state_;
    beast::tcp_stream& stream_;
  };

  static Task<void> accept_all(std::shared_ptr<State> self);
  static Task<void> serve(std::shared_ptr<State> self, tcp::socket socket);
  Task<void> serve_requests(beast::tcp_stream& stream);
  Task<bool> serve_request(beast::tcp_stream& stream, beast::flat_buffer& buffer);
  Task<bool> wait_for_request(beast::tcp_stream& stream, beast::flat_buffer& buffer) const;
  [[nodiscard]] Reply reply_to(const Parser& parser) const;

  tcp::acceptor acceptor_;
  tcp::endpoint address_;
  asio::steady_timer pause_;
  StatusSource source_;
  ServerLimits limits_;
  std::set<beast::tcp_stream*> open_;
  bool stopped_ = false;
};

namespace {

std::string_view host_of(const Parser::value_type& request) {
  const auto [first, last] = request.equal_range(http::field::host);
  if (first == last || std::next(first) != last) return {};
  return {first->value().data(), first->value().size()};
}

Response to_response(const Reply& reply, unsigned version, bool keep_alive) {
  Response response(http::int_to_status(reply.status), version);
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  if (reply.status == 405) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(keep_alive);
  response.body() = reply.body;
  response.prepare_payload();
  return response;
}

std::string to_wire(const Response& response, bool head) {
  std::ostringstream text;
  if (head)
    text << response.base();
  else
    text << response;
  return text.str();
}

Reply reply_to_error(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return error_reply(431, "The request's header is too long.", "Send fewer or shorter fields.");
  return error_reply(400, "This is not an HTTP request.", "Use HTTP/1.1.");
}

// Nobody is worth a reply whose connection ended, was closed by stop(), or ran out of time.
bool deserves_reply(const boost::system::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

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

// One write without waiting: a fresh socket always has room for it.
void turn_away(tcp::socket socket) {
  const auto reply =
      error_reply(503, "Too many connections to the status API.", "Close some, or try again in a moment.");
  const auto text = to_wire(to_response(reply, 11, false), false);
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  std::array<char, 4096> scratch{};
  socket.read_some(asio::buffer(scratch), ignored);  // unread bytes would turn the close into a reset
}

}  // namespace

Task<void> Server::State::accept_all(std::shared_ptr<State> self) {
  for (;;) {
    auto [error, socket] = co_await self->acceptor_.async_accept(kAwait);
    if (self->stopped_) co_return;
    if (error) {
      self->pause_.expires_after(kAcceptPause);
      (void)co_await self->pause_.async_wait(kAwait);
      if (self->stopped_) co_return;
    } else if (self->open_.size() >= self->limits_.connections) {
      turn_away(std::move(socket));
    } else {
      const auto executor = socket.get_executor();
      asio::co_spawn(executor, serve(self, std::move(socket)), asio::detached);
    }
  }
}

Task<void> Server::State::serve(std::shared_ptr<State> self, tcp::socket socket) {
  if (self->stopped_) co_return;
  beast::tcp_stream stream(std::move(socket));
  const Entry entry(*self, stream);
  co_await self->serve_requests(stream);
}

Task<void> Server::State::serve_requests(beast::tcp_stream& stream) {
  // Room for one header and the beginning of a pipelined next one.
  beast::flat_buffer buffer(2 * limits_.header_bytes);
  while (co_await wait_for_request(stream, buffer)) {
    stream.expires_after(limits_.request);
    if (!co_await serve_request(stream, buffer)) break;
  }
}

Task<bool> Server::State::wait_for_request(beast::tcp_stream& stream, beast::flat_buffer& buffer) const {
  if (buffer.size() > 0) co_return true;
  stream.expires_after(limits_.idle);
  const auto [error, size] = co_await stream.async_read_some(buffer.prepare(limits_.header_bytes), kAwait);
  buffer.commit(size);
  co_return !error && !stopped_;
}

Task<bool> Server::State::serve_request(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  const auto [error, size] = co_await http::async_read_header(stream, buffer, parser, kAwait);
  if (stopped_ || (error && !deserves_reply(error))) co_return false;

  // A body is never read: what follows it could not be told apart from it.
  const bool keep_alive = !error && parser.is_done() && parser.keep_alive();
  const bool head = !error && parser.get().method() == http::verb::head;
  const unsigned version = error ? 11 : parser.get().version();
  const auto text =
      to_wire(to_response(error ? reply_to_error(error) : reply_to(parser), version, keep_alive), head);
  const auto [failed, written] = co_await asio::async_write(stream, asio::buffer(text), kAwait);
  if (failed) co_return false;
  if (!keep_alive) co_await linger(stream);
  co_return keep_alive;
}

Reply Server::State::reply_to(const Parser& parser) const {
  const auto& request = parser.get();
  const auto view = [](const auto& text) { return std::string_view(text.data(), text.size()); };
  return answer(
      {.method = view(request.method_string()), .target = view(request.target()), .host = host_of(request)},
      source_);
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

base::Result<Server> Server::start(asio::io_context& io, const tcp::endpoint& at, StatusSource source,
                                   const ServerLimits& limits) {
  if (!at.address().is_loopback()) return base::fail(Errc::not_loopback, net::to_text(at));
  auto acceptor = net::listen(io, at);
  if (!acceptor) {
    if (!acceptor.error().is(net::Errc::address_in_use))
      return base::fail(Errc::cannot_listen, acceptor.error().message());
    const auto owner = port_owner(at);
    return base::fail(Errc::port_taken,
                      net::to_text(at) + (owner ? " is used by " + to_text(*owner) : " is in use"));
  }
  auto state = std::make_shared<State>(std::move(*acceptor), std::move(source), limits);
  state->start();
  return Server(std::move(state));
}

}  // namespace qnet::control
