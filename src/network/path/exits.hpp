// Which exits serve a wish; private to this folder.
#pragma once

#include "network/path/choose.hpp"

namespace qnet::path {

/// The weights of those that serve the wish, in the order of the relays, and 0 for others; or why there is
/// none.
[[nodiscard]] base::Result<std::vector<std::uint32_t>> exits_for(const RelayTable& relays, Position position,
                                                                 const Wish& wish);

/// "SE, DE".
[[nodiscard]] std::string joined(const std::vector<std::string>& countries);

}  // namespace qnet::path
