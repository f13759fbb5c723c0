#include "http/places.hpp"

#include <algorithm>

#include "ip/asio_address.hpp"

namespace qnet::http {

net::tcp::endpoint unmapped(const net::tcp::endpoint& from) {
  return {ip::unmapped(from.address()), from.port()};
}

namespace {
ip::ClientPrefix client_of(const net::tcp::endpoint& from) {
  return ip::client_prefix(ip::from_asio(from.address()));
}
}  // namespace

Places::Guest::Guest(std::shared_ptr<Places> places, net::tcp::socket socket, const net::tcp::endpoint& from)
    : places_(std::move(places)), stream_(std::move(socket)), from_(from) {
  places_->guests_.insert(this);
  ++places_->by_client_[client_of(from_)];
}

Places::Guest::~Guest() { places_->leave(*this); }

void Places::Guest::set_idle(bool idle) {
  if (!seated_ || idle == idle_.has_value()) return;
  if (idle) {
    idle_ = places_->idle_.insert(places_->idle_.end(), this);
  } else {
    places_->idle_.erase(*idle_);
    idle_.reset();
  }
}

void Places::leave(Guest& guest) {
  if (!guest.seated_) return;
  guest.set_idle(false);
  guest.seated_ = false;
  guests_.erase(&guest);
  const auto client = by_client_.find(client_of(guest.from_));
  if (--client->second == 0) by_client_.erase(client);
}

bool Places::make_room(const net::tcp::endpoint& from) {
  const auto client = by_client_.find(client_of(from));
  if (client != by_client_.end() && client->second >= for_each_) return false;
  return guests_.size() < all_ || evict_idlest();
}

bool Places::evict_idlest() {
  for (auto* const guest : idle_) {
    // A request that has arrived and was not read yet is a request.
    boost::system::error_code broken;
    if (guest->stream_.socket().available(broken) > 0 && !broken) continue;
    leave(*guest);
    guest->stream_.close();
    return true;
  }
  return false;
}

void Places::close_all() {
  for (auto* const guest : guests_) guest->stream_.close();
}

}  // namespace qnet::http
