// What a client believes of several directories, of which some may lie.
#pragma once

#include <span>
#include <vector>

#include "network/directory/snapshot.hpp"

namespace qnet::directory {

/// More than half.
[[nodiscard]] constexpr std::size_t majority_of(std::size_t operators) { return operators / 2 + 1; }

/// The relays that a majority of the `operators` configured list, each by its newest true descriptor, and
/// none that has expired. `lists` is of those that gave one, each from another operator. Error: no_agreement,
/// when fewer than a majority gave a list, or when somebody is listed but nobody by a majority.
[[nodiscard]] base::Result<std::vector<Listed>> agree(std::span<const std::vector<Listed>* const> lists,
                                                      std::size_t operators, WallTime now);

}  // namespace qnet::directory
