// Repeatable randomness for tests, vectors and fuzzing. Never for keys that protect anybody.
#pragma once

#include <random>

#include "foundation/base/random.hpp"

namespace qnet::base::testing {

class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed)
      : engine_(seed) {}  // NOLINT(bugprone-random-generator-seed,cert-*)
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace qnet::base::testing
