// How often each relay is drawn (docs/spec/path.md, "Weights").
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "foundation/base/random.hpp"
#include "network/directory/snapshot.hpp"
#include "network/path/limits.hpp"

namespace qnet::path {

/// Of one relay in one position.
struct Bandwidth {
  std::optional<std::uint64_t> measured;  ///< bytes a second
  std::uint64_t declared = 0;             ///< bytes a second; 0 when it does not say. Only ever caps
  double part = 1;                        ///< of its weight that counts in this position
};

/// Of a listed relay.
[[nodiscard]] inline Bandwidth bandwidth_of(const directory::Listed& listed) {
  const auto measured = listed.measured > 0 ? std::optional<std::uint64_t>(listed.measured) : std::nullopt;
  return {measured, listed.descriptor.descriptor().bandwidth};
}

/// One weight for each, in their order, as parts of WeightLimits::whole; none is 0. At most 200,000.
[[nodiscard]] std::vector<std::uint32_t> weights_of(std::span<const Bandwidth> relays);

/// What an exit's weight counts as a guard or middle: the less, the scarcer exits are.
/// `exits` and `all`: bytes a second of all exits, and of all relays.
[[nodiscard]] double part_of_exits(double exits, double all);

/// The bytes a second that each counts for before the cap of a share: measured, or a low quartile, and not
/// above what it declares.
[[nodiscard]] std::vector<double> rates_of(std::span<const Bandwidth> relays);

/// The place of one, each with a chance in proportion to its weight; nothing when all are 0. The weights sum
/// up to less than 2^32.
[[nodiscard]] std::optional<std::size_t> draw(std::span<const std::uint32_t> weights,
                                              base::RandomSource& random);

}  // namespace qnet::path
