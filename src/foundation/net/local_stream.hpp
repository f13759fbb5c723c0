// A connected socket that has a name in the file system (unix(7)) as a ByteStream.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <memory>

#include <boost/asio/local/stream_protocol.hpp>

#include "foundation/net/breakable_stream.hpp"
#include "foundation/net/error.hpp"

namespace qnet::net {

using local = boost::asio::local::stream_protocol;

/// As TcpStream, but for reset(): the other side reads an end, unless it has sent what was not read here.
class LocalStream final : public BreakableStream {
 public:
  /// Takes a connected socket; sets it non-blocking.
  explicit LocalStream(local::socket socket);
  ~LocalStream() override;

  Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override { return std::numeric_limits<std::size_t>::max(); }
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  void finish() override;
  void reset() override;
  void close() override;
  void on_break(std::function<void()> function) override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

  /// Notices a program that has closed its socket while nothing is sent to it: so long after its end was
  /// read, it counts as broken. (TCP's probes find that; here are none.)
  void keep_alive(std::chrono::seconds idle);

  [[nodiscard]] local::socket& socket() { return socket_; }

 private:
  struct Break;
  struct Gone;
  void watch_for_close();

  local::socket socket_;
  std::shared_ptr<Break> break_;  // null until somebody wants to know
  std::shared_ptr<Gone> gone_;    // once the end was read
  std::chrono::seconds idle_{0};
  bool read_ended_ = false;
  bool write_ended_ = false;
};

}  // namespace qnet::net
