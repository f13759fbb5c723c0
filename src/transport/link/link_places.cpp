#include "transport/link/link_places.hpp"

#include "foundation/ip/asio_address.hpp"
#include "foundation/ip/client_prefix.hpp"
#include "transport/link/listener.hpp"

namespace qnet::link {

LinkPlaces::Place::Place(std::shared_ptr<State> state, std::uint64_t party)
    : state_(std::move(state)), party_(party) {
  const std::lock_guard guard(state_->lock);
  ++state_->taken;
  if (party_ != 0) ++state_->of_party[party_];
}

LinkPlaces::Place::~Place() {
  const std::lock_guard guard(state_->lock);
  --state_->taken;
  if (party_ == 0) return;
  const auto found = state_->of_party.find(party_);
  if (--found->second == 0) state_->of_party.erase(found);
}

LinkPlaces& LinkPlaces::of_process() {
  static LinkPlaces places(ListenerLimits::links);
  return places;
}

bool LinkPlaces::has_room(const std::optional<boost::asio::ip::address>& remote) const {
  const auto party = party_of(remote);
  const std::lock_guard guard(state_->lock);
  if (state_->taken >= state_->all) return false;
  if (party == 0 || state_->taken < state_->all / 2) return true;
  const auto found = state_->of_party.find(party);
  return found == state_->of_party.end() || found->second < state_->all / 4;
}

std::shared_ptr<const LinkPlaces::Place> LinkPlaces::take(
    const std::optional<boost::asio::ip::address>& remote) {
  return std::make_shared<const Place>(state_, party_of(remote));
}

std::shared_ptr<const void> counted_link(const std::shared_ptr<Counters>& counters,
                                         const std::optional<boost::asio::ip::address>& remote,
                                         VisitorPlaces::Place* visitor) {
  struct Counted {
    Gauge gauge;
    std::shared_ptr<const LinkPlaces::Place> place;
    std::shared_ptr<const void> no_visitor;
  };
  return std::shared_ptr<const void>(new Counted{Gauge(counters, &Counters::links_open),
                                                 LinkPlaces::of_process().take(remote),
                                                 visitor ? visitor->become_link() : nullptr});
}

std::uint64_t party_of(const std::optional<boost::asio::ip::address>& remote) {
  return remote ? static_cast<std::uint64_t>(ip::client_prefix(ip::from_asio(*remote))) : 0;
}

}  // namespace qnet::link
