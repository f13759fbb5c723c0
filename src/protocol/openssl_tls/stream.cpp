#include "protocol/openssl_tls/stream.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/error.hpp"

namespace qnet::openssl_tls {

namespace {

// RFC 8446 §5.1: so that what OpenSSL holds back is never more than one record.
constexpr std::size_t kRecord = 16384;
// Header, type and tag (RFC 8446 §5.2); TLS 1.2 puts a little more around it, for strangers only.
constexpr std::size_t kAroundRecord = 5 + 1 + 16;
// For records that carry no data.
constexpr std::size_t kReadAhead = std::size_t{64} * 1024;

std::string last_reason() {
  const auto code = ERR_peek_last_error();
  const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "" : text;
}

base::ByteView view(const char* bytes, int size) {
  return base::bytes_of(std::string_view(bytes, static_cast<std::size_t>(size)));
}

}  // namespace

BIO_METHOD* Stream::bio_method() {
  static BIO_METHOD* const method = [] {
    auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "byte stream");
    BIO_meth_set_read(made, &Stream::bio_read);
    BIO_meth_set_write(made, &Stream::bio_write);
    BIO_meth_set_ctrl(made, &Stream::bio_control);
    return made;
  }();
  return method;
}

int Stream::bio_read(BIO* bio, char* out, int size) {
  auto& self = *static_cast<Stream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto room = std::min(static_cast<std::size_t>(size), self.budget_);
  if (room == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto got = self.lower_->try_read({reinterpret_cast<std::uint8_t*>(out), room});  // NOLINT
  if (got) {
    self.ended_ = *got == 0;
    self.budget_ -= *got;
    return static_cast<int>(*got);
  }
  if (got.error().is(net::Errc::would_block)) {
    BIO_set_retry_read(bio);
  } else {
    self.lower_error_ = got.error();
  }
  return -1;
}

int Stream::bio_write(BIO* bio, const char* bytes, int size) {
  auto& self = *static_cast<Stream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto put = self.lower_->try_write(view(bytes, size));
  if (put && *put > 0) return static_cast<int>(*put);
  if (put) {
    BIO_set_retry_write(bio);
  } else {
    self.lower_error_ = put.error();
  }
  return -1;
}

long Stream::bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return static_cast<Stream*>(BIO_get_data(bio))->ended_ ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

Stream::Stream(std::unique_ptr<net::ByteStream> lower, const Context& context)
    : lower_(std::move(lower)), context_(context), ssl_(SSL_new(context.get()), &SSL_free) {
  attach();
  SSL_set_accept_state(ssl_.get());
}

Stream::~Stream() = default;

void Stream::attach() {
  auto* const bio = BIO_new(bio_method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

base::Error Stream::failure(Errc code) {
  if (lower_error_) return *lower_error_;
  return {code, last_reason()};
}

net::Task<base::Result<void>> Stream::handshake() {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) co_return base::Result<void>();
    const int why = SSL_get_error(ssl_.get(), done);
    base::Result<void> ready;
    if (why == SSL_ERROR_WANT_READ) {
      ready = co_await lower_->wait_readable();
    } else if (why == SSL_ERROR_WANT_WRITE) {
      ready = co_await lower_->wait_writable();
    } else {
      finished_ = true;
      co_return tl::unexpected(failure(Errc::handshake_failed));
    }
    if (!ready) co_return ready;
  }
}

base::Result<net::TlsExporter> Stream::exporter(std::string_view label) {
  net::TlsExporter material{};
  if (SSL_version(ssl_.get()) < TLS1_3_VERSION ||
      SSL_export_keying_material(ssl_.get(), material.data(), material.size(), label.data(), label.size(),
                                 nullptr, 0, 0) != 1)
    return base::fail(Errc::no_exporter);
  return material;
}

std::string Stream::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
  return {chosen, chosen + size};
}

net::Task<base::Result<void>> Stream::wait_readable() {
  switch (waits_) {
    // What OpenSSL has read ahead is not told by `lower_`.
    case Waits::nothing: break;
    case Waits::readable: co_return co_await lower_->wait_readable();
    case Waits::writable: co_return co_await lower_->wait_writable();
    case Waits::turn: co_await boost::asio::post(boost::asio::use_awaitable);
  }
  co_return base::Result<void>();
}

base::Result<std::size_t> Stream::try_read(base::MutableBytes out) {
  std::size_t total = 0;
  waits_ = Waits::nothing;
  // A flood of records without data must let the others on this core have their turn.
  budget_ = out.size() + kReadAhead;
  while (total < out.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int done = SSL_read_ex(ssl_.get(), out.data() + total, out.size() - total, &count);
    if (done == 1) {
      total += count;
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), done);
    // WANT_WRITE: an answer of TLS's own, to a KeyUpdate, that the socket does not take now.
    if (why == SSL_ERROR_WANT_READ) waits_ = budget_ == 0 ? Waits::turn : Waits::readable;
    if (why == SSL_ERROR_WANT_WRITE) waits_ = Waits::writable;
    if (total > 0) break;  // an error or an end is told by the next call
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return base::fail(net::Errc::would_block);
    finished_ = true;
    return tl::unexpected(failure(Errc::broken));
  }
  return total;
}

net::Task<base::Result<void>> Stream::wait_writable() { co_return co_await lower_->wait_writable(); }

std::size_t Stream::write_room() const {
  return net::whole_pieces(lower_->write_room(), kRecord, kRecord + kAroundRecord);
}

base::Result<std::size_t> Stream::try_write(base::ByteView bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    const auto rest = bytes.size() - total;
    const auto count = stuck_ > 0 ? stuck_ : std::min(rest, kRecord);
    if (count > rest) return base::fail(net::Errc::failed, "other bytes than those that were refused");
    ERR_clear_error();
    std::size_t written = 0;
    const int done = SSL_write_ex(ssl_.get(), bytes.data() + total, count, &written);
    if (done == 1) {
      total += written;
      // What follows a record that had to wait is the caller's to cut anew.
      if (std::exchange(stuck_, 0) > 0) return total;
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), done);
    if (why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ) {
      stuck_ = count;
      return total;
    }
    finished_ = true;
    return tl::unexpected(failure(Errc::broken));
  }
  return total;
}

void Stream::say_end() {
  // OpenSSL allows no SSL_shutdown() after a fatal error or before the handshake's end.
  if (std::exchange(finished_, true) || !SSL_is_init_finished(ssl_.get())) return;
  (void)SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void Stream::finish() {
  say_end();
  lower_->finish();
}

void Stream::reset() {
  finished_ = true;
  lower_->reset();
}

void Stream::close() {
  say_end();
  lower_->close();
}

}  // namespace qnet::openssl_tls
