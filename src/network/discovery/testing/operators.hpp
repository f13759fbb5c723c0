// What operators answer, for tests: lists of relays that are known by a number.
#pragma once

#include <map>
#include <set>

#include "network/directory/exchange.hpp"
#include "network/directory/packing.hpp"
#include "network/directory/snapshot.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::discovery::testing {

using Seeds = std::set<std::uint64_t>;

/// Relays with this seed or a higher one have no exit.
inline constexpr std::uint64_t kFirstWithoutExit = 50;

inline peer::Identity operator_of(std::size_t index) { return directory::testing::identity(90 + index); }

/// A list of the relays with these seeds. They live for two days.
inline base::Bytes list_of(const Seeds& seeds, directory::WallTime at = directory::testing::kNow) {
  std::map<directory::PeerKey, directory::Entry> entries;
  for (const auto seed : seeds) {
    const auto keys = directory::testing::identity(seed);
    auto descriptor = directory::testing::descriptor_of(keys);
    if (seed >= kFirstWithoutExit) {
      descriptor.capabilities = static_cast<std::uint8_t>(directory::Capability::relay);
      descriptor.exit_ports.clear();
    }
    descriptor.issued = at;
    descriptor.expires = at + std::chrono::hours(48);
    directory::Entry entry{.descriptor = directory::SignedDescriptor::sign(descriptor, keys)};
    entries.emplace(keys.signing.public_key, std::move(entry));
  }
  std::vector<const directory::Entry*> relays;
  for (const auto& [key, entry] : entries) relays.push_back(&entry);
  return directory::encode_list(relays);
}

/// Signed at `at`; the relays' documents at `made`.
inline directory::Answer answer_of(std::size_t index, const Seeds& seeds, directory::WallTime at,
                                   std::uint64_t version, directory::WallTime made) {
  const auto list = list_of(seeds, made);
  const auto keys = operator_of(index);
  const directory::SnapshotHeader header{keys.peer_id(),       version,     at, at + std::chrono::hours(3),
                                         crypto::sha256(list), seeds.size()};
  directory::Answer answer;
  answer.status = directory::Status::ok;
  answer.header = header.sign(keys);
  answer.list = std::make_shared<const base::Bytes>(directory::pack(list));
  return answer;
}

}  // namespace qnet::discovery::testing
