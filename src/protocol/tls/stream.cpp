#include "protocol/tls/stream.hpp"

#include <algorithm>
#include <array>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::tls {

Stream::Stream(std::unique_ptr<net::ByteStream> lower, Client::Config config, base::RandomSource& random)
    : lower_(std::move(lower)), client_(Client::start(std::move(config), random)) {}

net::Task<base::Result<void>> Stream::handshake() {
  while (!client_.established()) {
    const auto hello = client_.take_output();
    if (auto sent = co_await net::write_all(*lower_, hello); !sent) co_return sent;
    if (auto ready = co_await lower_->wait_readable(); !ready) co_return ready;
    auto received = receive_some();
    if (!received && !received.error().is(net::Errc::would_block)) {
      finished_ = true;
      (void)flush();
      co_return received;
    }
  }
  plaintext_ = client_.take_plaintext();
  const auto finished = client_.take_output();
  co_return co_await net::write_all(*lower_, finished);
}

base::Result<net::TlsExporter> Stream::exporter(std::string_view label) {
  net::TlsExporter material{};
  const auto secret = client_.exporter(label, {}, material.size());
  std::ranges::copy(secret.view(), material.begin());
  return material;
}

base::Result<void> Stream::receive_some() {
  // Not net::thread_scratch(): a caller further up may be reading into the rest of that.
  thread_local std::array<std::uint8_t, StreamLimits::read> scratch;
  const auto got = lower_->try_read(scratch);
  if (!got) return tl::unexpected(got.error());
  // Whoever cuts the connection must not make a part look like the whole (RFC 8446 §6.1).
  if (*got == 0) return base::fail(Errc::truncated);
  return client_.receive(base::ByteView(scratch).first(*got));
}

net::Task<base::Result<void>> Stream::wait_readable() {
  if (read_ < plaintext_.size() || client_.ended() || error_) co_return base::Result<void>();
  co_return co_await lower_->wait_readable();
}

base::Result<std::size_t> Stream::try_read(base::MutableBytes out) {
  while (read_ == plaintext_.size()) {
    if (client_.ended()) return 0;
    if (error_) return tl::unexpected(*error_);
    const auto received = receive_some();
    if (!received && received.error().is(net::Errc::would_block)) return tl::unexpected(received.error());
    if (!received) error_ = received.error();
    plaintext_ = client_.take_plaintext();
    read_ = 0;
    // An alert, or the answer to a KeyUpdate; what does not go now goes with the next write.
    (void)flush();
  }
  const auto count = std::min(out.size(), plaintext_.size() - read_);
  std::copy_n(plaintext_.begin() + static_cast<std::ptrdiff_t>(read_), count, out.begin());
  read_ += count;
  return count;
}

std::size_t Stream::write_room() const {
  return net::whole_pieces(lower_->write_room(), StreamLimits::record, StreamLimits::sealed);
}

base::Result<bool> Stream::flush() {
  base::append(sealed_, client_.take_output());
  while (sent_ < sealed_.size()) {
    const auto put = lower_->try_write(base::ByteView(sealed_).subspan(sent_));
    if (!put) return tl::unexpected(put.error());
    if (*put == 0) return false;
    sent_ += *put;
  }
  sealed_.clear();
  sent_ = 0;
  return true;
}

base::Result<std::size_t> Stream::try_write(base::ByteView bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    const auto rest = bytes.subspan(total);
    if (stuck_ > rest.size())
      return base::fail(net::Errc::failed, "other bytes than those that were refused");
    const bool waited = stuck_ > 0;
    if (!waited) {
      const auto piece = rest.first(std::min(rest.size(), StreamLimits::record));
      if (auto written = client_.write(piece); !written) return base::forward_error(written);
      stuck_ = piece.size();
    }
    const auto flushed = flush();
    if (!flushed) return tl::unexpected(flushed.error());
    if (!*flushed) return total;
    total += std::exchange(stuck_, 0);
    if (waited) return total;  // what follows is the caller's to cut anew
  }
  return total;
}

void Stream::say_end() {
  if (std::exchange(finished_, true)) return;
  client_.close();
  (void)flush();
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

}  // namespace qnet::tls
