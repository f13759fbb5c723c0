#pragma once

#include "foundation/base/random.hpp"

namespace qnet::crypto {

/// OpenSSL's CSPRNG. Safe to use from several threads. Ends the process when the system has no randomness to
/// give.
class SystemRandom final : public base::RandomSource {
 public:
  void fill(base::MutableBytes out) override;
};

}  // namespace qnet::crypto
