// A stream that is reset when it takes nothing for long while somebody waits to write to it.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

/// For as long as one stream is written to, around it. It has a timer only while a writer waits, and acts
/// between one and two `longest` after the stream last took something.
class WriteLimited final : public ByteStream {
 public:
  /// `stream` must outlive it.
  WriteLimited(ByteStream& stream, std::chrono::steady_clock::duration longest);
  ~WriteLimited() override;

  Task<base::Result<void>> wait_readable() override { return stream_.wait_readable(); }
  base::Result<std::size_t> try_read(base::MutableBytes out) override { return stream_.try_read(out); }
  [[nodiscard]] base::ByteView peek() override { return stream_.peek(); }
  void consume(std::size_t count) override { stream_.consume(count); }
  Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override { return stream_.write_room(); }
  base::Result<std::size_t> try_write(base::ByteView bytes) override { return stream_.try_write(bytes); }
  [[nodiscard]] Outgoing outgoing() const override { return stream_.outgoing(); }
  [[nodiscard]] base::MutableBytes prepare() override { return stream_.prepare(); }
  void commit(std::size_t count) override { stream_.commit(count); }
  void finish() override { stream_.finish(); }
  void reset() override { stream_.reset(); }
  void close() override { stream_.close(); }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return stream_.executor(); }

 private:
  // Shared, because a cancelled handler may already be queued when the scope is left.
  struct State {
    ByteStream& stream;
    std::chrono::steady_clock::duration longest;
    boost::asio::steady_timer timer;
    bool armed = false;
    bool waiting = false;
    bool took = false;  ///< since the timer was set
    bool left = false;
  };
  static void arm(const std::shared_ptr<State>& state);

  ByteStream& stream_;
  std::shared_ptr<State> state_;
};

}  // namespace qnet::net
