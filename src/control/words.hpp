// The sentences that page and command line share: data/words, of which this program speaks the English ones.
#pragma once

#include <string>
#include <string_view>

#include "control/status.hpp"

namespace qnet::control {

/// The sentence of a key such as "advice.ok"; `words` stand in the places {name}. An unknown key is returned
/// as it is.
[[nodiscard]] std::string sentence(std::string_view key, const WordMap& words = {});

}  // namespace qnet::control
