#include "protocol/websocket/stream.hpp"

#include <algorithm>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::websocket {

Stream::Stream(std::unique_ptr<net::ByteStream> lower, Role role, base::RandomSource& random,
               base::ByteView received)
    : lower_(std::move(lower)), codec_(role, random), received_(codec_.receive(received, data_, out_)) {}

net::Task<base::Result<void>> Stream::wait_readable() {
  if (!data_.empty() || codec_.at_end() || !received_) co_return base::Result<void>();
  co_return co_await lower_->wait_readable();
}

base::Result<std::size_t> Stream::try_read(base::MutableBytes out) {
  // One read at most, so that a caller's buffer bounds what is held here.
  if (data_.empty() && received_ && !codec_.at_end()) {
    base::Bytes wire(std::clamp<std::size_t>(out.size(), 1024, 65536));
    const auto got = lower_->try_read(wire);
    if (!got) return got;
    if (*got == 0) return 0;
    received_ = codec_.receive(base::ByteView(wire).first(*got), data_, out_);
    (void)flush();  // answers to pings; what is not taken goes with the next write
  }
  if (!data_.empty()) return data_.read(out);
  if (!received_) return tl::unexpected(received_.error());
  if (codec_.at_end()) return 0;
  return base::fail(net::Errc::would_block);
}

net::Task<base::Result<void>> Stream::wait_writable() { co_return co_await lower_->wait_writable(); }

std::size_t Stream::write_room() const {
  return net::whole_pieces(lower_->write_room(), codec_.longest_payload(), Limits::frame);
}

base::Result<bool> Stream::flush() {
  while (!out_.empty()) {
    const auto put = lower_->try_write(out_.view());
    if (!put) return tl::unexpected(put.error());
    if (*put == 0) return false;
    out_.pop(*put);
  }
  return true;
}

base::Result<std::size_t> Stream::try_write(base::ByteView bytes) {
  if (codec_.closed()) return base::fail(net::Errc::closed);
  std::size_t total = 0;
  for (;;) {
    const auto flushed = flush();
    if (!flushed) return tl::unexpected(flushed.error());
    if (!*flushed) return total;
    if (stuck_ > bytes.size() - total)
      return base::fail(net::Errc::failed, "other bytes than those that were refused");
    total += std::exchange(stuck_, 0);
    if (total == bytes.size()) return total;
    stuck_ = std::min(codec_.longest_payload(), bytes.size() - total);
    codec_.send(bytes.subspan(total, stuck_), out_);
  }
}

void Stream::finish() {
  codec_.send_close(out_);
  (void)flush();
}

void Stream::reset() { lower_->reset(); }

void Stream::close() {
  finish();
  lower_->close();
}

}  // namespace qnet::websocket
