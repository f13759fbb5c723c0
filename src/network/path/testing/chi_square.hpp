// Whether counts come from the chances that a rule gives.
#pragma once

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>

namespace qnet::path::testing {

/// Pearson's statistic over its critical value: above 1, counts like these come from the chances less than
/// once in a thousand times. `chances` sum up to 1; where one is 0, a count makes the result infinite.
[[nodiscard]] inline double chi_square_excess(std::span<const std::size_t> counts,
                                              std::span<const double> chances) {
  const auto draws = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  double statistic = 0;
  double degrees = -1;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto expected = draws * chances[i];
    if (expected == 0 && counts[i] == 0) continue;
    const auto difference = static_cast<double>(counts[i]) - expected;
    statistic += difference * difference / expected;
    degrees += 1;
  }
  if (degrees < 1) return statistic > 0 ? INFINITY : 0;
  // Wilson and Hilferty's approximation of the quantile; 3.09 is the normal one for a thousandth.
  constexpr double kNormal = 3.0902;
  const auto ninth = 2 / (9 * degrees);
  return statistic / (degrees * std::pow(1 - ninth + kNormal * std::sqrt(ninth), 3));
}

}  // namespace qnet::path::testing
