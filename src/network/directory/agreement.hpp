// What a client believes when several directories answer, of which some may lie.
#pragma once

#include <span>
#include <vector>

#include "network/directory/snapshot.hpp"

namespace qnet::directory {

/// More than half.
[[nodiscard]] constexpr std::size_t majority_of(std::size_t operators) { return operators / 2 + 1; }

/// The relays that a majority of the `operators` configured ones list. Each has the descriptor that a
/// majority lists, letter for letter (Listed::alike), or else the newest genuine one. Its rate is the highest
/// one that a majority says or exceeds, and 0 when fewer have measured it. Expired ones are left out. `lists`
/// holds the lists that came, each from another operator. Error: no_agreement, when fewer than a majority
/// gave a list, or when lists name relays but no majority names one.
[[nodiscard]] base::Result<std::vector<Listed>> agree(std::span<const std::vector<Listed>* const> lists,
                                                      std::size_t operators, WallTime now);

}  // namespace qnet::directory
