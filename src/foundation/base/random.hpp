// Randomness is a parameter, so that a whole session can be replayed from a seed.
#pragma once

#include <array>

#include "foundation/base/bytes.hpp"
#include "foundation/base/endian.hpp"

namespace qnet::base {

class RandomSource {
 public:
  RandomSource() = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;
  virtual ~RandomSource() = default;

  /// Fills the whole of `out`. Never fails: an implementation that cannot must end the process.
  virtual void fill(MutableBytes out) = 0;

  /// Uniform in [0, bound), bound > 0, without modulo bias.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    const std::uint32_t reject_under = (0U - bound) % bound;
    for (;;) {
      std::array<std::uint8_t, 4> raw{};
      fill(raw);
      const auto value = load_be<std::uint32_t>(raw.data());
      if (value >= reject_under) return value % bound;
    }
  }
};

}  // namespace qnet::base
