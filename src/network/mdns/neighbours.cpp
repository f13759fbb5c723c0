#include "network/mdns/neighbours.hpp"

#include <algorithm>

#include "network/mdns/inquiries.hpp"

namespace qnet::mdns {

static_assert(std::chrono::seconds(DiscoveryLimits::ttl) >
              InquiryLimits::last_pause + InquiryLimits::first_pause);
static_assert(std::chrono::seconds(DiscoveryLimits::ttl) <= NeighbourLimits::longest);

void Neighbours::forget_expired(Time now) {
  std::erase_if(neighbours_, [now](Neighbour& neighbour) {
    std::erase_if(neighbour.addresses, [now](const Address& address) { return address.expires <= now; });
    return neighbour.addresses.empty();
  });
}

Neighbours::Neighbour Neighbours::take(const peer::PeerId& peer) {
  const auto found = std::ranges::find(neighbours_, peer, &Neighbour::peer);
  if (found == neighbours_.end()) return {peer, {}};
  auto taken = std::move(*found);
  neighbours_.erase(found);
  return taken;
}

bool Neighbours::note(const Found& found, Time now) {
  forget_expired(now);
  auto neighbour = take(found.peer);
  const auto expires = now + std::clamp<std::chrono::seconds>(found.ttl, {}, NeighbourLimits::longest);
  if (expires == now || found.addresses.empty()) return false;
  bool fresh = false;
  std::vector<Address> addresses;
  for (const auto& at : found.addresses) {
    if (addresses.size() >= DiscoveryLimits::believed) break;
    const bool known =
        std::erase_if(neighbour.addresses, [&at](const Address& one) { return one.at == at; }) != 0;
    fresh = fresh || !known;
    addresses.push_back({at, expires});
  }
  for (auto& left : neighbour.addresses)
    if (addresses.size() < DiscoveryLimits::believed) addresses.push_back(std::move(left));
  neighbours_.push_back({found.peer, std::move(addresses)});
  if (neighbours_.size() > NeighbourLimits::peers) neighbours_.erase(neighbours_.begin());
  return fresh;
}

std::vector<peer::HostPort> Neighbours::addresses_of(const peer::PeerId& peer, Time now) const {
  std::vector<peer::HostPort> addresses;
  const auto found = std::ranges::find(neighbours_, peer, &Neighbour::peer);
  if (found == neighbours_.end()) return addresses;
  for (const auto& address : found->addresses)
    if (address.expires > now) addresses.push_back(address.at);
  return addresses;
}

}  // namespace qnet::mdns
