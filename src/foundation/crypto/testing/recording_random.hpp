// A RandomSource that remembers what was drawn, so that the secrets of a vector can be named in its file.
#pragma once

#include <string>
#include <vector>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::crypto::testing {

class RecordingRandom final : public base::RandomSource {
 public:
  explicit RecordingRandom(std::uint64_t seed) : source_(seed) {}

  void fill(base::MutableBytes out) override {
    source_.fill(out);
    draws_.push_back(base::to_hex(out));
  }
  /// The next draw from here on with so many bytes, which then counts as named.
  std::string take(std::size_t bytes) {
    while (draws_.at(next_).size() != 2 * bytes) ++next_;
    return draws_.at(next_++);
  }

 private:
  base::testing::SeededRandom source_;
  std::vector<std::string> draws_;
  std::size_t next_ = 0;
};

}  // namespace qnet::crypto::testing
