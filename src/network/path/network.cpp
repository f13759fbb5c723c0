#include "network/path/network.hpp"

#include <algorithm>

#include "foundation/ip/special_ranges.hpp"
#include "network/path/error.hpp"
#include "network/path/limits.hpp"

namespace qnet::path {

namespace {

using directory::SignedDescriptor;

/// Of the relays that have keys; nothing when none has.
std::optional<WallTime> median(std::vector<WallTime> times) {
  if (times.empty()) return std::nullopt;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

base::Result<SignedDescriptor> open(const Network& network, const peer::PeerId& relay) {
  const auto place = network.table.find(relay);
  if (!place) return base::fail(Errc::relay_unknown);
  return SignedDescriptor::parse(network.descriptors[*place]);
}

/// Of the first address the network was judged, by a directory that dialled it. Of the others only those that
/// were judged with it: a name could lead its clients anywhere, and to the DNS, and a special address to
/// their own machine or network. An operator's own test network is in such a range as a whole.
std::vector<std::size_t> dialled_addresses(const directory::Descriptor& descriptor) {
  const auto literal = [&](std::size_t i) { return ip::IpAddress::parse(descriptor.addresses[i].host); };
  const auto first = literal(0);
  const bool in_special_network = first && ip::special_range(*first);
  std::vector<std::size_t> found{0};
  for (std::size_t i = 1; i < descriptor.addresses.size(); ++i) {
    const auto address = literal(i);
    if (address && (in_special_network || !ip::special_range(*address))) found.push_back(i);
  }
  return found;
}

}  // namespace

std::optional<crypto::X25519Public> circuit_key_at(const directory::Descriptor& descriptor, WallTime now) {
  std::optional<crypto::X25519Public> found;
  for (const auto& key : descriptor.circuit_keys)
    if (key.from <= now && now < key.until) found = key.key;
  return found;
}

base::Result<link::RelayAddress> Network::address_of(const peer::PeerId& relay, unsigned variation) const {
  const auto opened = open(*this, relay);
  if (!opened) return tl::unexpected(opened.error());
  const auto& descriptor = opened->descriptor();
  const auto places = dialled_addresses(descriptor);
  const auto count = static_cast<unsigned>(places.size());
  const auto index = places[variation % count];
  auto address = descriptor.relay_address(index);
  address.look = variation / count;
  // The network that was judged is the one that is dialled.
  const auto& behind_name = table[*table.find(relay)].behind_name;
  if (index == 0 && behind_name) address.host = behind_name->to_text();
  return address;
}

base::Result<crypto::X25519Public> Network::circuit_key_of(const peer::PeerId& relay, WallTime now) const {
  const auto opened = open(*this, relay);
  if (!opened) return tl::unexpected(opened.error());
  const auto key = circuit_key_at(opened->descriptor(), now);
  if (!key) return base::fail(Errc::no_key);
  return *key;
}

std::shared_ptr<const Network> network_of(std::span<const directory::Listed> relays, WallTime now,
                                          Rules rules) {
  std::vector<RelayFacts> all;
  std::vector<WallTime> newest_keys;
  std::vector<WallTime> oldest_keys;
  all.reserve(relays.size());
  for (const auto& listed : relays) {
    const auto& descriptor = listed.descriptor.descriptor();
    auto facts = facts_of(listed);
    // One lying operator and one exit could otherwise give a client a key of its own.
    facts.circuit_key = listed.alike && circuit_key_at(descriptor, now).has_value();
    if (descriptor.family) facts.family = descriptor.family->family;
    if (!descriptor.circuit_keys.empty()) {
      newest_keys.push_back(descriptor.circuit_keys.back().from);
      oldest_keys.push_back(descriptor.circuit_keys.front().from);
    }
    all.push_back(std::move(facts));
  }
  Network network{RelayTable(std::move(all), rules)};
  network.descriptors.resize(network.table.relays().size());
  for (const auto& listed : relays) {
    const auto place = network.table.find(listed.descriptor.descriptor().peer);
    if (!place || !network.descriptors[*place].empty()) continue;
    const auto wire = listed.descriptor.wire();
    network.descriptors[*place].assign(wire.begin(), wire.end());
  }
  // Half of them use a key then that was not named yet.
  if (const auto newest = median(std::move(newest_keys)))
    network.outdated_from = *newest + ListLimits::key_use;
  if (const auto oldest = median(std::move(oldest_keys)))
    network.not_before = *oldest - ListLimits::clock_behind;
  return std::make_shared<const Network>(std::move(network));
}

}  // namespace qnet::path
