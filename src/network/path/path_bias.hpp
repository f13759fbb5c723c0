// Path bias: a guard that lets few circuits through may let through only those that end at its accomplices.
#pragma once

#include <cstdint>

#include "network/path/limits.hpp"

namespace qnet::path {

/// Unusually many failures: by themselves no proof, since an overloaded guard fails as well.
enum class Bias : std::uint8_t { none, notice, warning, alarm };

/// Of the circuits through one guard that answered: how many were begun, and how many brought data and were
/// not cut while they were used.
struct BuildCount {
  std::uint32_t begun = 0;
  std::uint32_t built = 0;
  bool operator==(const BuildCount&) const = default;

  /// One more circuit has been built, or has failed beyond the guard.
  void note(bool reached_exit) {
    ++begun;
    if (reached_exit) ++built;
    if (begun < BiasLimits::halved_at) return;
    begun /= 2;
    built /= 2;
  }
  /// One that had brought data was ended while streams were open on it, and not by this client.
  void cut() {
    if (built > 0) --built;
  }
  [[nodiscard]] Bias bias() const {
    if (begun < BiasLimits::fewest) return Bias::none;
    const auto part = static_cast<double>(built) / begun;
    if (part < BiasLimits::alarm) return Bias::alarm;
    if (part < BiasLimits::warning) return Bias::warning;
    return part < BiasLimits::notice ? Bias::notice : Bias::none;
  }
};

}  // namespace qnet::path
