#include "foundation/net/local_stream.hpp"

#include <poll.h>

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::net {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

bool tells(int fd, int events) {
  pollfd asked{.fd = fd, .events = 0, .revents = 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & events) != 0;
}

}  // namespace

// Shared with the handler of a wait, which may run after the stream is gone.
struct LocalStream::Break {
  local::socket* socket;  // null when the stream is gone
  std::function<void()> function;
  bool waiting = false;

  static void wait(const std::shared_ptr<Break>& self) {
    self->waiting = true;
    self->socket->async_wait(local::socket::wait_error, [self](const boost::system::error_code& error) {
      self->waiting = false;
      if (error || self->socket == nullptr || !self->socket->is_open() || !self->function) return;
      // Otherwise it was urgent data, or the end of both directions: both would wake us again and again.
      if (!tells(self->socket->native_handle(), POLLERR)) return;
      std::exchange(self->function, nullptr)();
    });
  }
};

struct LocalStream::Gone {
  explicit Gone(LocalStream& of) : stream(&of), timer(of.socket_.get_executor()) {}
  LocalStream* stream;  // null when it is gone
  boost::asio::steady_timer timer;

  static void wait(const std::shared_ptr<Gone>& self) {
    self->stream->socket_.async_wait(
        local::socket::wait_error, [self](const boost::system::error_code& error) {
          if (error || self->stream == nullptr || !self->has_closed()) return;
          self->timer.expires_after(self->stream->idle_);
          self->timer.async_wait([self](const boost::system::error_code& cancelled) {
            if (cancelled || self->stream == nullptr || !self->has_closed()) return;
            const auto broken = self->stream->break_;
            if (broken && broken->function) std::exchange(broken->function, nullptr)();
          });
        });
  }
  /// Both directions have ended, and not by us.
  [[nodiscard]] bool has_closed() const {
    return stream->socket_.is_open() && !stream->write_ended_ &&
           tells(stream->socket_.native_handle(), POLLHUP);
  }
};

LocalStream::LocalStream(local::socket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
}

LocalStream::~LocalStream() {
  if (break_) break_->socket = nullptr;
  if (gone_) {
    gone_->stream = nullptr;
    gone_->timer.cancel();
  }
  if (socket_.is_open() && (!read_ended_ || !write_ended_)) reset();
}

void LocalStream::on_break(std::function<void()> function) {
  if (!break_) break_ = std::make_shared<Break>(Break{&socket_, nullptr});
  break_->function = std::move(function);
  if (break_->function && !break_->waiting && socket_.is_open()) Break::wait(break_);
}

Task<base::Result<void>> LocalStream::wait_readable() {
  const auto [error] = co_await socket_.async_wait(local::socket::wait_read, kAwait);
  if (error) co_return tl::unexpected(from_system(error));
  co_return base::Result<void>();
}

base::Result<std::size_t> LocalStream::try_read(base::MutableBytes out) {
  boost::system::error_code error;
  const auto count = socket_.read_some(asio::buffer(out.data(), out.size()), error);
  if (error == asio::error::eof) {
    read_ended_ = true;
    watch_for_close();
    return 0;
  }
  if (error) return tl::unexpected(from_system(error));
  return count;
}

Task<base::Result<void>> LocalStream::wait_writable() {
  const auto [error] = co_await socket_.async_wait(local::socket::wait_write, kAwait);
  if (error) co_return tl::unexpected(from_system(error));
  co_return base::Result<void>();
}

base::Result<std::size_t> LocalStream::try_write(base::ByteView bytes) {
  boost::system::error_code error;
  const auto count = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  if (error == asio::error::would_block) return 0;
  if (error) return tl::unexpected(from_system(error));
  return count;
}

void LocalStream::finish() {
  boost::system::error_code ignored;
  write_ended_ = true;
  socket_.shutdown(local::socket::shutdown_send, ignored);
}

void LocalStream::reset() {
  boost::system::error_code ignored;
  read_ended_ = write_ended_ = true;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void LocalStream::close() {
  boost::system::error_code ignored;
  read_ended_ = write_ended_ = true;
  socket_.close(ignored);
}

void LocalStream::keep_alive(std::chrono::seconds idle) { idle_ = idle; }

void LocalStream::watch_for_close() {
  if (gone_ || idle_.count() == 0) return;
  gone_ = std::make_shared<Gone>(*this);
  Gone::wait(gone_);
}

}  // namespace qnet::net
