// A RandomSource that gives the bytes of a test vector, once.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "foundation/base/random.hpp"

namespace qnet::crypto::testing {

class FixedRandom final : public base::RandomSource {
 public:
  explicit FixedRandom(base::Bytes bytes) : bytes_(std::move(bytes)) {}

  void fill(base::MutableBytes out) override {
    if (out.size() > left()) throw std::logic_error("more randomness was taken than the vector gives");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
  }

  [[nodiscard]] std::size_t left() const { return bytes_.size() - used_; }

 private:
  base::Bytes bytes_;
  std::size_t used_ = 0;
};

}  // namespace qnet::crypto::testing
