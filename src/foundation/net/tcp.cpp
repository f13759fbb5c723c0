#include "foundation/net/tcp.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/host_addresses.hpp"
#include "foundation/net/passed_sockets.hpp"
#include "foundation/net/tcp_queue.hpp"

namespace qnet::net {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// A peer that acknowledges nothing for this long is gone; without it a cut cable is noticed after a quarter
// of an hour.
constexpr unsigned kUserTimeoutMilliseconds = 30'000;
// Between probes that are not answered; Chromium's.
constexpr std::chrono::seconds kKeepAliveInterval{45};

/// Best effort: an option that this kernel lacks changes no behaviour that we promise.
bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

void set_up(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  const int fd = socket.native_handle();
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

/// What poll() tells unasked. Only looks: an error stays for the next read or write.
bool tells(int fd, int events) {
  pollfd asked{.fd = fd, .events = 0, .revents = 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & events) != 0;
}

}  // namespace

// Shared with the handler of a wait, which may run after the stream is gone.
struct TcpStream::Break {
  tcp::socket* socket;  // null when the stream is gone
  std::function<void()> function;
  bool waiting = false;

  static void wait(const std::shared_ptr<Break>& self) {
    self->waiting = true;
    self->socket->async_wait(tcp::socket::wait_error, [self](const boost::system::error_code& error) {
      self->waiting = false;
      if (error || self->socket == nullptr || !self->socket->is_open() || !self->function) return;
      // Otherwise it was urgent data, or the end of both directions: both would wake us again and again.
      if (!tells(self->socket->native_handle(), POLLERR)) return;
      std::exchange(self->function, nullptr)();
    });
  }
};

TcpStream::TcpStream(tcp::socket socket) : socket_(std::move(socket)) { set_up(socket_); }

void TcpStream::on_break(std::function<void()> function) {
  if (!break_) break_ = std::make_shared<Break>(Break{&socket_, nullptr});
  break_->function = std::move(function);
  if (break_->function && !break_->waiting && socket_.is_open()) Break::wait(break_);
}

void TcpStream::keep_alive(std::chrono::seconds idle, std::optional<int> probes,
                           std::optional<std::chrono::seconds> interval) {
  const int fd = socket_.native_handle();
  const auto between = interval.value_or(std::min(idle, kKeepAliveInterval));
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(idle.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(between.count()));
  if (probes) set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, *probes);
}

void TcpStream::give_up_on_silence() {
  set_option(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<int>(kUserTimeoutMilliseconds));
}

void TcpStream::limit_unsent(std::size_t bytes) {
  unsent_limit_ = std::min<std::size_t>(bytes, std::numeric_limits<int>::max());
  next_look_ = {};
  follow_rate();
}

/// The kernel says that it is writable when half of TCP_NOTSENT_LOWAT is free.
void TcpStream::follow_rate() {
  const auto time = std::chrono::steady_clock::now();
  if (time < next_look_) return;
  next_look_ = time + UnsentLimits::look;
  constexpr auto in_a_second = std::chrono::seconds(1) / UnsentLimits::time;
  const auto carried = delivery_rate(socket_.native_handle()) / in_a_second;
  const auto least = std::min(UnsentLimits::least, unsent_limit_);
  const auto now = std::clamp<std::size_t>(carried, least, unsent_limit_);
  if (now == unsent_now_) return;
  // Where the kernel does not wait for room, write_room() must not either.
  const bool taken =
      set_option(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, static_cast<int>(now));
  unsent_now_ = taken ? now : unsent_limit_;
}

TcpStream::~TcpStream() {
  if (break_) break_->socket = nullptr;
  if (!socket_.is_open()) return;
  if (!read_ended_ || !write_ended_) reset();
}

Task<base::Result<void>> TcpStream::wait_readable() {
  const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kAwait);
  if (error) co_return tl::unexpected(from_system(error));
  co_return base::Result<void>();
}

base::Result<std::size_t> TcpStream::try_read(base::MutableBytes out) {
  boost::system::error_code error;
  const auto count = socket_.read_some(asio::buffer(out.data(), out.size()), error);
  if (error == asio::error::eof) {
    read_ended_ = true;
    return 0;
  }
  if (error) return tl::unexpected(from_system(error));
  return count;
}

Task<base::Result<void>> TcpStream::wait_writable() {
  if (unsent_limit_ > 0) follow_rate();
  const auto [error] = co_await socket_.async_wait(tcp::socket::wait_write, kAwait);
  if (error) co_return tl::unexpected(from_system(error));
  co_return base::Result<void>();
}

std::size_t TcpStream::write_room() const {
  // On a fast path only trying tells, and costs less than to ask.
  if (unsent_now_ == unsent_limit_) return std::numeric_limits<std::size_t>::max();
  const int fd = socket_.native_handle();
  const auto waiting = unsent_bytes(fd);
  if (waiting < unsent_now_) return std::max(unsent_now_ - waiting, UnsentLimits::record);
  // What waits on a connection that has failed waits for ever, but the kernel says that it is writable: the
  // next write tells why. POLLHUP: somebody has read the error already.
  return tells(fd, POLLERR | POLLHUP) ? std::numeric_limits<std::size_t>::max() : 0;
}

base::Result<std::size_t> TcpStream::try_write(base::ByteView bytes) {
  boost::system::error_code error;
  const auto count = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  if (error == asio::error::would_block) return 0;
  if (error) return tl::unexpected(from_system(error));
  return count;
}

Outgoing TcpStream::outgoing() const {
  const int fd = socket_.native_handle();
  return {acknowledged_bytes(fd), waiting_bytes(fd)};
}

void TcpStream::finish() {
  boost::system::error_code ignored;
  write_ended_ = true;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void TcpStream::reset() {
  boost::system::error_code ignored;
  read_ended_ = write_ended_ = true;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void TcpStream::close() {
  boost::system::error_code ignored;
  read_ended_ = write_ended_ = true;
  socket_.close(ignored);
}

Task<base::Result<tcp::socket>> connect_to_host(std::string host, std::uint16_t port,
                                                std::chrono::milliseconds deadline) {
  const HostAddresses addresses(std::move(host), port);
  co_return co_await addresses.connect(deadline);
}

base::Result<tcp::acceptor> listen(asio::io_context& io, const tcp::endpoint& at) {
  boost::system::error_code error;
  tcp::acceptor acceptor(io);
  if (const auto passed = PassedSockets::of_process().take(at)) {
    acceptor.assign(at.protocol(), *passed, error);
    if (error) ::close(*passed);
  } else {
    acceptor.open(at.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(at, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (!error) acceptor.non_blocking(true, error);
  if (error) return tl::unexpected(from_system(error, to_text(at)));
  return acceptor;
}

std::string to_text(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace qnet::net
