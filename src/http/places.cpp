#include "http/places.hpp"

#include <algorithm>

#include "net/unmapped.hpp"

namespace qnet::http {

namespace asio = boost::asio;

net::tcp::endpoint unmapped(const net::tcp::endpoint& from) {
  return {net::unmapped(from.address()), from.port()};
}

asio::ip::address household_of(const asio::ip::address& address) {
  if (address.is_v4()) return address;
  constexpr std::size_t kNetwork = 8;  // bytes
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + kNetwork, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes);
}

Places::Guest::Guest(std::shared_ptr<Places> places, net::tcp::socket socket, const net::tcp::endpoint& from)
    : places_(std::move(places)), stream_(std::move(socket)), from_(from) {
  places_->guests_.insert(this);
  ++places_->households_[household_of(from_.address())];
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
  const auto household = households_.find(household_of(guest.from_.address()));
  if (--household->second == 0) households_.erase(household);
}

bool Places::make_room(const net::tcp::endpoint& from) {
  const auto household = households_.find(household_of(from.address()));
  if (household != households_.end() && household->second >= for_each_) return false;
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
