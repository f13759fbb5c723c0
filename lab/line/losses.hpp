// Which packets are lost: each by itself, or in runs.
#pragma once

#include <cstdint>
#include <random>

namespace qnet::line {

/// Uniform in [0, 1). The standard's distributions differ from library to library; this does not.
[[nodiscard]] double uniform(std::mt19937_64& engine);

class Losses {
 public:
  /// `burst` as in Settings. A burst that is too short for the share is made as long as it must be.
  Losses(double share, double burst, std::uint64_t seed);

  /// Whether the next packet is lost. Draws once for each packet, so the n-th packet of a seed has always
  /// the same fate.
  [[nodiscard]] bool next();

 private:
  // The simple Gilbert model: a state that loses all packets and one that loses none. Without bursts both
  // states lead to loss with the same probability.
  double begin_;  // the probability that a packet is lost after one that was not
  double stay_;   // and after one that was
  std::mt19937_64 engine_;
  bool losing_ = false;
};

}  // namespace qnet::line
