// One HTTP/2 connection over any ByteStream, with its streams as ByteStreams: the I/O around Engine.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "foundation/net/signal.hpp"
#include "protocol/h2/engine.hpp"

namespace qnet::h2 {

class Stream;

/// Serves one request. The Stream is the handler's; destroying it unfinished resets it.
using Handler = std::function<net::Task<void>(std::unique_ptr<Stream>)>;

/// Lives on one io_context, on which every call is made. Kept alive by its loops and its streams.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `received` came before, and is read first. A client has no handler.
  [[nodiscard]] static std::shared_ptr<Connection> start(std::unique_ptr<net::ByteStream> lower, Role role,
                                                         const Limits& limits, Handler handler = {},
                                                         base::Bytes received = {});

  /// A client's request. When the stream is gone, so is the connection.
  [[nodiscard]] base::Result<std::unique_ptr<Stream>> request(const Headers& headers);

  /// No new streams; ends when those that are open have.
  void close();

  [[nodiscard]] bool alive() const { return !ended_; }
  /// Runs once, when the connection has ended.
  void on_end(std::function<void()> function);

 private:
  friend class Stream;
  Connection(std::unique_ptr<net::ByteStream> lower, Role role, const Limits& limits, Handler handler);

  void launch(base::Bytes received);
  net::Task<void> read_loop(base::Bytes received);
  net::Task<void> write_loop();
  net::Task<void> watch_idleness();
  void dispatch();
  [[nodiscard]] std::size_t writable() const;
  void wake_writer() { work_.notify(); }
  void offer_room();
  void stream_is_gone();
  void end(base::Error reason);

  std::unique_ptr<net::ByteStream> lower_;
  Role role_;
  Limits limits_;
  Handler handler_;
  Engine engine_;
  base::ByteQueue frames_;
  std::unordered_map<StreamId, Stream*> streams_;
  net::Signal work_;
  boost::asio::steady_timer idle_;
  std::function<void()> on_end_;
  base::Error reason_ = Errc::ended;
  std::chrono::steady_clock::time_point last_use_;
  // As watch_idleness() last found it.
  bool stalls_ = false;
  std::uint64_t sent_ = 0;
  std::chrono::steady_clock::time_point stalled_since_ = std::chrono::steady_clock::now();
  bool ended_ = false;
};

}  // namespace qnet::h2
