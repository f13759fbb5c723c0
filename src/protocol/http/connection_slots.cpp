#include "protocol/http/connection_slots.hpp"

#include "foundation/ip/asio_address.hpp"

namespace qnet::http {

net::tcp::endpoint unmapped(const net::tcp::endpoint& from) {
  return {ip::unmapped(from.address()), from.port()};
}

namespace {
ip::ClientPrefix client_prefix_of(const net::tcp::endpoint& from) {
  return ip::client_prefix(ip::from_asio(from.address()));
}
}  // namespace

ConnectionSlots::Connection::Connection(std::shared_ptr<ConnectionSlots> slots, net::tcp::socket socket,
                                        const net::tcp::endpoint& from)
    : slots_(std::move(slots)), stream_(std::move(socket)), from_(from) {
  slots_->connections_.insert(this);
  ++slots_->of_prefix_[client_prefix_of(from_)];
}

ConnectionSlots::Connection::~Connection() { slots_->release(*this); }

void ConnectionSlots::Connection::set_idle(bool idle) {
  if (!has_slot_ || idle == idle_.has_value()) return;
  if (idle) {
    idle_ = slots_->idle_.insert(slots_->idle_.end(), this);
  } else {
    slots_->idle_.erase(*idle_);
    idle_.reset();
  }
}

void ConnectionSlots::release(Connection& connection) {
  if (!connection.has_slot_) return;
  connection.set_idle(false);
  connection.has_slot_ = false;
  connections_.erase(&connection);
  const auto prefix = of_prefix_.find(client_prefix_of(connection.from_));
  if (--prefix->second == 0) of_prefix_.erase(prefix);
}

bool ConnectionSlots::make_room(const net::tcp::endpoint& from) {
  const auto prefix = of_prefix_.find(client_prefix_of(from));
  if (prefix != of_prefix_.end() && prefix->second >= per_client_prefix_) return false;
  return connections_.size() < all_ || close_idlest();
}

bool ConnectionSlots::close_idlest() {
  for (auto* const connection : idle_) {
    // A request that has arrived and was not read yet is a request.
    boost::system::error_code broken;
    if (connection->stream_.socket().available(broken) > 0 && !broken) continue;
    release(*connection);
    connection->stream_.close();
    return true;
  }
  return false;
}

void ConnectionSlots::close_all() {
  for (auto* const connection : connections_) connection->stream_.close();
}

}  // namespace qnet::http
