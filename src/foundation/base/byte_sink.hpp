// Where a state machine puts the bytes that it wants sent.
#pragma once

#include "foundation/base/bytes.hpp"

namespace qnet::base {

class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;

  /// Takes all of `bytes` (copies them); the caller bounds how much it offers.
  virtual void append(ByteView bytes) = 0;
};

/// A sink that only collects; for tests and for callers that send later.
class CollectingSink final : public ByteSink {
 public:
  void append(ByteView bytes) override { base::append(collected, bytes); }
  Bytes collected;
};

}  // namespace qnet::base
