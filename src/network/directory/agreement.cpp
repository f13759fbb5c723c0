#include "network/directory/agreement.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace qnet::directory {

namespace {

using Told = std::vector<const Listed*>;

/// Where so many operators say that the relay is; empty when they do not agree.
Country country_by(std::size_t needed, const Told& told) {
  for (const auto* const one : told) {
    const auto same = [&](const Listed* other) { return other->country.code == one->country.code; };
    if (!std::cmp_less(std::ranges::count_if(told, same), needed)) return one->country;
  }
  return {};
}

/// Where so many operators found the relay behind its name; nothing when they do not agree.
std::optional<ip::IpAddress> address_by(std::size_t needed, const Told& told) {
  for (const auto* const one : told) {
    const auto same = [&](const Listed* other) { return one->address && other->address == one->address; };
    if (!std::cmp_less(std::ranges::count_if(told, same), needed)) return one->address;
  }
  return std::nullopt;
}

/// The highest rate that so many operators say, or exceed; 0 when fewer have a measure. So an operator
/// without a measure says 0, and one without a list too: where a relay lets nobody but a liar measure it,
/// that liar is not a majority.
Rate rate_by(std::size_t needed, const Told& told) {
  std::vector<Rate> rates;
  for (const auto* const one : told) rates.push_back(one->measured);
  if (rates.size() < needed) return 0;
  const auto place = rates.begin() + static_cast<std::ptrdiff_t>(needed - 1);
  std::ranges::nth_element(rates, place, std::ranges::greater());
  return *place;
}

/// The descriptor that so many operators list, letter for letter.
std::optional<Listed> listed_by(std::size_t needed, const Told& told) {
  for (const auto* const one : told) {
    const auto same = [&](const Listed* other) { return other->descriptor == one->descriptor; };
    if (std::cmp_less(std::ranges::count_if(told, same), needed)) continue;
    return Listed{.descriptor = one->descriptor, .country = country_by(needed, told), .alike = true};
  }
  return std::nullopt;
}

/// Of the descriptors that several operators list of one relay: the newest that the relay itself has signed.
/// A lying operator may list one that the relay has not signed.
std::optional<Listed> newest_true(Told told) {
  std::ranges::sort(told, std::ranges::greater(),
                    [](const Listed* one) { return one->descriptor.descriptor().issued; });
  const auto found = std::ranges::find_if(told, [](const Listed* one) { return one->descriptor.verify(); });
  return found == told.end() ? std::nullopt : std::optional(**found);
}

}  // namespace

base::Result<std::vector<Listed>> agree(std::span<const std::vector<Listed>* const> lists,
                                        std::size_t operators, WallTime now) {
  const auto needed = majority_of(operators);
  if (lists.size() < needed)
    return base::fail(Errc::no_agreement, std::to_string(lists.size()) + " of " + std::to_string(operators) +
                                              " operators gave a list, and " + std::to_string(needed) +
                                              " are needed");
  std::map<PeerKey, Told> told;
  for (const auto* const list : lists)
    for (const auto& relay : *list) told[relay.descriptor.descriptor().peer.key()].push_back(&relay);

  std::vector<Listed> agreed;
  for (auto& [key, versions] : told) {
    if (versions.size() < needed) continue;
    const auto holds = [now](const std::optional<Listed>& one) {
      return one && one->descriptor.descriptor().expires > now;
    };
    const auto measured = rate_by(needed, versions);
    const auto address = address_by(needed, versions);
    auto best = listed_by(needed, versions);
    if (!holds(best)) best = newest_true(std::move(versions));
    if (!holds(best)) continue;
    best->measured = measured;
    best->address = best->descriptor.descriptor().is_behind_a_name() ? address : std::nullopt;
    agreed.push_back(std::move(*best));
  }
  if (agreed.empty() && !told.empty())
    return base::fail(Errc::no_agreement, "the operators' lists have no relay in common");
  return agreed;
}

}  // namespace qnet::directory
