// A TCP stream whose reader is slow, as a server is on a busy machine.
#pragma once

#include <memory>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::mirror::testing {

/// In steps of a millisecond, each of which sees the visitor's thread run.
inline net::Task<void> steps(int count) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (int i = 0; i < count; ++i) {
    timer.expires_after(std::chrono::milliseconds(1));
    (void)co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
}

class SlowStream final : public net::ByteStream {
 public:
  /// Reads at once what comes first, and waits for all else only after so many steps.
  SlowStream(std::unique_ptr<net::ByteStream> lower, int slowness)
      : lower_(std::move(lower)), slowness_(slowness) {}

  net::Task<base::Result<void>> wait_readable() override {
    if (heard_) co_await steps(slowness_);
    co_return co_await lower_->wait_readable();
  }
  base::Result<std::size_t> try_read(base::MutableBytes out) override {
    auto got = lower_->try_read(out);
    heard_ = heard_ || (got && *got > 0);
    return got;
  }
  net::Task<base::Result<void>> wait_writable() override { return lower_->wait_writable(); }
  [[nodiscard]] std::size_t write_room() const override { return lower_->write_room(); }
  base::Result<std::size_t> try_write(base::ByteView bytes) override { return lower_->try_write(bytes); }
  void finish() override { lower_->finish(); }
  void reset() override { lower_->reset(); }
  void close() override { lower_->close(); }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return lower_->executor(); }

 private:
  std::unique_ptr<net::ByteStream> lower_;
  int slowness_;
  bool heard_ = false;
};

}  // namespace qnet::mirror::testing
