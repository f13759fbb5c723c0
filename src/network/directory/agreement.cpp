#include "network/directory/agreement.hpp"

#include <algorithm>
#include <map>

namespace qnet::directory {

namespace {

/// Of the descriptors that several operators list of one relay: the newest that the relay itself has signed.
/// A lying operator may list one that the relay has not signed.
const Listed* newest_true(std::vector<const Listed*> told) {
  std::ranges::sort(told, std::ranges::greater(),
                    [](const Listed* one) { return one->descriptor.descriptor().issued; });
  const bool undisputed = std::ranges::all_of(
      told, [&](const Listed* one) { return one->descriptor == told.front()->descriptor; });
  // The signature is verified before a dial anyway; here it decides between two descriptors.
  if (undisputed) return told.front();
  const auto found = std::ranges::find_if(told, [](const Listed* one) { return one->descriptor.verify(); });
  return found == told.end() ? nullptr : *found;
}

}  // namespace

base::Result<std::vector<Listed>> agree(std::span<const std::vector<Listed>* const> lists,
                                        std::size_t operators, WallTime now) {
  const auto needed = majority_of(operators);
  if (lists.size() < needed)
    return base::fail(Errc::no_agreement, std::to_string(lists.size()) + " of " + std::to_string(operators) +
                                              " operators gave a list, and " + std::to_string(needed) +
                                              " are needed");
  std::map<PeerKey, std::vector<const Listed*>> told;
  for (const auto* const list : lists)
    for (const auto& relay : *list) told[relay.descriptor.descriptor().peer.key()].push_back(&relay);

  std::vector<Listed> agreed;
  for (auto& [key, versions] : told) {
    if (versions.size() < needed) continue;
    const auto* const best = newest_true(std::move(versions));
    if (best != nullptr && best->descriptor.descriptor().expires > now) agreed.push_back(*best);
  }
  if (agreed.empty() && !told.empty())
    return base::fail(Errc::no_agreement, "the operators' lists have no relay in common");
  return agreed;
}

}  // namespace qnet::directory
