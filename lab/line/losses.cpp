#include "line/losses.hpp"

#include <algorithm>

namespace qnet::line {

double uniform(std::mt19937_64& engine) {
  constexpr double unit = 1.0 / (1ULL << 53U);
  return static_cast<double>(engine() >> 11U) * unit;
}

Losses::Losses(double share, double burst, std::uint64_t seed) : begin_(share), stay_(share), engine_(seed) {
  if (burst <= 0 || share <= 0 || share >= 1) return;
  // A run of `burst` on average ends with probability 1/burst. Runs then have to begin this often, so that
  // the share comes out; with probability 1 at most, which bounds burst from below.
  const auto length = std::max({burst, 1.0, share / (1 - share)});
  stay_ = 1 - 1 / length;
  begin_ = share / (length * (1 - share));
}

bool Losses::next() {
  losing_ = uniform(engine_) < (losing_ ? stay_ : begin_);
  return losing_;
}

}  // namespace qnet::line
