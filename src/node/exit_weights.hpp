// How fast mode draws among the listed exits.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "network/path/weights.hpp"

namespace qnet::node {

[[nodiscard]] inline bool is_one_of(const directory::Listed& exit,
                                    const std::vector<std::string>& countries) {
  return countries.empty() || std::ranges::find(countries, exit.country.code) != countries.end();
}

/// For path::draw(): as a circuit's exits (docs/spec/path.md §2), and 0 for those in none of the countries.
[[nodiscard]] inline std::vector<std::uint32_t> exit_weights(const std::vector<directory::Listed>& exits,
                                                             const std::vector<std::string>& countries) {
  std::vector<path::Bandwidth> bandwidths;
  bandwidths.reserve(exits.size());
  for (const auto& exit : exits) bandwidths.push_back(path::bandwidth_of(exit));
  auto weights = path::weights_of(bandwidths);
  for (std::size_t i = 0; i < exits.size(); ++i)
    if (!is_one_of(exits[i], countries)) weights[i] = 0;
  return weights;
}

}  // namespace qnet::node
