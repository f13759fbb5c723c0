// A visitor's TCP connection that tells its place when bytes move, and ends when it must make room.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "foundation/net/deadline.hpp"
#include "foundation/net/tcp.hpp"
#include "transport/link/visitor_places.hpp"

namespace qnet::link {

/// How long a visitor that must make room may take to be told so.
inline constexpr std::chrono::seconds kLeaving{1};

class VisitorStream final : public net::ByteStream {
 public:
  VisitorStream(std::unique_ptr<net::TcpStream> connection, std::shared_ptr<VisitorPlaces::Place> place);
  ~VisitorStream() override;

  net::Task<base::Result<void>> wait_readable() override { return connection_->wait_readable(); }
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  net::Task<base::Result<void>> wait_writable() override { return connection_->wait_writable(); }
  [[nodiscard]] std::size_t write_room() const override { return connection_->write_room(); }
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  [[nodiscard]] net::Outgoing outgoing() const override { return connection_->outgoing(); }
  void finish() override { connection_->finish(); }
  void reset() override { connection_->reset(); }
  void close() override { connection_->close(); }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return connection_->executor(); }

 private:
  void leave(VisitorPlaces::Leave how);

  std::unique_ptr<net::TcpStream> connection_;
  std::shared_ptr<VisitorPlaces::Place> place_;
  std::optional<net::Deadline> limit_;
};

/// A reader of the visitor's bytes reads its end, behind what has come already.
void end_reading(net::TcpStream& visitor);

}  // namespace qnet::link
