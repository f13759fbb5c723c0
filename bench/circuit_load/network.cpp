#include "circuit_load/network.hpp"

#include <cstdio>
#include <cstdlib>

#include "network/directory/clock.hpp"
#include "network/discovery/snapshot_files.hpp"

namespace qnet::load {

Network Network::read(const std::filesystem::path& snapshot) {
  Network network;
  const auto name = peer::PeerId::parse(snapshot.stem().string());
  const auto kept = name ? discovery::SnapshotFiles(snapshot.parent_path()).load(*name) : std::nullopt;
  const auto header =
      kept ? directory::SnapshotHeader::parse(kept->header) : base::fail(directory::Errc::malformed);
  if (!header) return network;
  const auto list = directory::open_list(*header, kept->list);
  if (!list) return network;
  for (const auto& listed : *list) {
    const auto& descriptor = listed.descriptor.descriptor();
    for (const auto& key : descriptor.circuit_keys)
      if (key.from <= directory::wall_now())
        network.relays_.push_back({descriptor.relay_address(), {descriptor.peer, key.key}});
  }
  return network;
}

const Relay& Network::at(std::string_view address) const {
  for (const auto& relay : relays_)
    if (relay.address.host + ":" + std::to_string(relay.address.port) == address) return relay;
  std::fprintf(stderr, "no relay at %.*s\n", static_cast<int>(address.size()), address.data());
  std::exit(1);
}

std::vector<circuit::Hop> Network::hops(std::string_view addresses) const {
  std::vector<circuit::Hop> hops;
  while (addresses != "-" && !addresses.empty()) {
    const auto comma = std::min(addresses.find(','), addresses.size());
    hops.push_back(at(addresses.substr(0, comma)).hop);
    addresses.remove_prefix(std::min(comma + 1, addresses.size()));
  }
  return hops;
}

}  // namespace qnet::load
