// A WebSocket after its upgrade, as a ByteStream over any other.
#pragma once

#include <memory>

#include "foundation/net/byte_stream.hpp"
#include "protocol/websocket/codec.hpp"

namespace qnet::websocket {

class Stream final : public net::ByteStream {
 public:
  /// `received` came behind the upgrade. `random` must outlive the stream.
  Stream(std::unique_ptr<net::ByteStream> lower, Role role, base::RandomSource& random,
         base::ByteView received);

  net::Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  net::Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override;
  [[nodiscard]] net::Outgoing outgoing() const override { return lower_->outgoing(); }
  /// Bytes that were refused must be the first of the next call: they may be in a frame already.
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  /// Says that no more comes. A WebSocket has no half-close: the other side ends too.
  void finish() override;
  void reset() override;
  void close() override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return lower_->executor(); }

 private:
  /// True when nothing waits any more.
  [[nodiscard]] base::Result<bool> flush();

  std::unique_ptr<net::ByteStream> lower_;
  Codec codec_;
  base::ByteQueue data_;
  base::ByteQueue out_;
  base::Result<void> received_;  // what is wrong with what came
  std::size_t stuck_ = 0;        // framed, but not yet taken by `lower_` whole
};

}  // namespace qnet::websocket
