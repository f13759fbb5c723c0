// One HTTP/2 stream: the message head of the other side, and the two bodies as a ByteStream.
#pragma once

#include <memory>
#include <optional>

#include "protocol/h2/connection.hpp"

namespace qnet::h2 {

class Stream final : public net::ByteStream {
 public:
  ~Stream() override;

  /// The other side's headers; of a request they are there from the beginning.
  [[nodiscard]] const Headers& headers() const { return connection_->engine_.headers(id_); }
  /// Waits for a response's headers.
  net::Task<base::Result<void>> wait_headers();
  /// Answers a request; with `end`, without a body.
  [[nodiscard]] base::Result<void> respond(const Headers& headers, bool end);
  /// Lets the other side send far ahead, as what it sends is read without pauses.
  void widen();

  net::Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  net::Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override;
  [[nodiscard]] net::Outgoing outgoing() const override;
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  void finish() override;
  void reset() override;
  void close() override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return connection_->lower_->executor(); }

 private:
  friend class Connection;
  Stream(std::shared_ptr<Connection> connection, StreamId id);
  /// Why nothing more can be done here, if so.
  [[nodiscard]] std::optional<base::Error> obstacle() const;
  void wake();

  std::shared_ptr<Connection> connection_;
  StreamId id_;
  net::Signal readable_;
  net::Signal writable_;
  bool has_headers_ = false;
  bool closed_ = false;
  bool waits_for_room_ = false;
};

}  // namespace qnet::h2
