// /qnet/measure/1: a question {bytes}, an answer {bytes}, and then so many bytes. Each message is
// deterministic CBOR behind a u16 length (docs/spec/directory.md §8).
#pragma once

#include <cstdint>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"

namespace qnet::measure {

inline constexpr const char* kMeasureProtocol = "/qnet/measure/1";

/// How many bytes are asked for, and how many follow the answer: those, or 0 for a refusal.
struct Amount {
  std::uint64_t bytes = 0;

  /// The length, then the message.
  [[nodiscard]] base::Bytes encode() const;
  /// Without the length. Keys that it does not know are ignored. Error: peer::Errc::bad_message, also for
  /// more than AllowanceLimits::transfer.
  [[nodiscard]] static base::Result<Amount> decode(base::ByteView message);
  bool operator==(const Amount&) const = default;
};

}  // namespace qnet::measure
