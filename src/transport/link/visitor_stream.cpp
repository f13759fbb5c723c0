#include "transport/link/visitor_stream.hpp"

#include <utility>

namespace qnet::link {

VisitorStream::VisitorStream(std::unique_ptr<net::TcpStream> connection,
                             std::shared_ptr<VisitorPlaces::Place> place)
    : connection_(std::move(connection)), place_(std::move(place)) {
  place_->on_leave([this](VisitorPlaces::Leave how) { leave(how); });
}

VisitorStream::~VisitorStream() { place_->on_leave(nullptr); }

base::Result<std::size_t> VisitorStream::try_read(base::MutableBytes out) {
  auto got = connection_->try_read(out);
  if (got && *got > 0) place_->moved();
  return got;
}

base::Result<std::size_t> VisitorStream::try_write(base::ByteView bytes) {
  auto put = connection_->try_write(bytes);
  if (put && *put > 0) place_->moved();
  return put;
}

void VisitorStream::leave(VisitorPlaces::Leave how) {
  if (how == VisitorPlaces::Leave::at_once) return connection_->close();
  end_reading(*connection_);
  limit_.emplace(executor(), kLeaving, [this] { connection_->close(); });
}

void end_reading(net::TcpStream& visitor) {
  boost::system::error_code ignored;
  visitor.socket().shutdown(net::tcp::socket::shutdown_receive, ignored);
}

}  // namespace qnet::link
