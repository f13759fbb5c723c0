#include "network/discovery/known_relays.hpp"

#include <algorithm>
#include <numeric>

#include "foundation/ip/special_ranges.hpp"
#include "network/directory/clock.hpp"

namespace qnet::discovery {

namespace {

/// A name never: its owner may have it point anywhere once the directory has looked (docs/spec/path.md §1).
bool may_dial(const std::string& host, bool private_addresses) {
  using enum ip::SpecialRange;
  const auto address = ip::IpAddress::parse(host);
  if (!address) return false;
  const auto special = ip::special_range(*address);
  if (!special) return true;
  const bool never = *special == cloud_metadata || *special == link_local || *special == multicast ||
                     *special == reserved || *special == embedded_ipv4;
  return private_addresses && !never;
}

}  // namespace

void KnownRelays::replace(Relays relays) {
  auto made = std::make_shared<Index>();
  made->noise_keys.reserve(relays->size());
  for (const auto& relay : *relays) made->noise_keys.push_back(relay.descriptor.descriptor().noise_key);
  std::ranges::sort(made->noise_keys);
  made->relays = std::move(relays);
  const std::scoped_lock lock(mutex_);
  index_ = std::move(made);
}

std::shared_ptr<const KnownRelays::Index> KnownRelays::index() const {
  const std::scoped_lock lock(mutex_);
  return index_;
}

std::optional<link::RelayAddress> KnownRelays::address_of(const peer::PeerId& peer) const {
  if (const auto known = index()) {
    const auto key_of = [](const directory::Listed& one) -> const crypto::Ed25519Public& {
      return one.descriptor.descriptor().peer.key();
    };
    const auto found = std::ranges::lower_bound(*known->relays, peer.key(), {}, key_of);
    if (found != known->relays->end() && key_of(*found) == peer.key()) {
      const auto& signed_one = found->descriptor;
      if (signed_one.descriptor().expires <= directory::wall_now()) return std::nullopt;
      auto address = found->relay_address();
      if (!may_dial(address.host, private_addresses_) || !signed_one.verify()) return std::nullopt;
      return address;
    }
  }
  std::function<void()> missing;
  {
    const std::scoped_lock lock(mutex_);
    missing = on_missing_;
  }
  if (missing) missing();
  return std::nullopt;
}

bool KnownRelays::is_relay(const crypto::X25519Public& noise_key) const {
  const auto known = index();
  return known && std::ranges::binary_search(known->noise_keys, noise_key);
}

std::vector<peer::PeerId> KnownRelays::some(std::size_t most, const peer::PeerId& self,
                                            base::RandomSource& random) const {
  std::vector<peer::PeerId> found;
  const auto known = index();
  if (!known) return found;
  std::vector<std::size_t> places(known->relays->size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  for (std::size_t i = 0; i < places.size() && found.size() < most; ++i) {
    const auto left = static_cast<std::uint32_t>(places.size() - i);
    std::swap(places[i], places[i + random.below(left)]);
    const auto& peer = (*known->relays)[places[i]].descriptor.descriptor().peer;
    if (peer != self) found.push_back(peer);
  }
  return found;
}

void KnownRelays::on_missing(std::function<void()> function) {
  const std::scoped_lock lock(mutex_);
  on_missing_ = std::move(function);
}

std::size_t KnownRelays::size() const {
  const auto known = index();
  return known ? known->relays->size() : 0;
}

}  // namespace qnet::discovery
