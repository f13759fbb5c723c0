// /qnet/measure/1: a question {bytes}, an answer {bytes}, a seed, and then so many bytes made of the seed.
// The first two are deterministic CBOR behind a u16 length (docs/spec/directory.md §8).
#pragma once

#include <array>
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

/// Drawn by the asking side, and sent when it has the answer: the relay begins then. Nobody knows it before,
/// so nothing of what follows can be on its way before.
using Seed = std::array<std::uint8_t, 16>;

/// What follows: the seed again and again.
class Pattern {
 public:
  explicit Pattern(const Seed& seed) : seed_(seed) {}
  /// Whether these are the next bytes.
  [[nodiscard]] bool takes(base::ByteView bytes);

  /// The beginning of a pattern, as long as `out`.
  static void fill(const Seed& seed, base::MutableBytes out);

 private:
  Seed seed_;
  std::size_t at_ = 0;  // in the seed
};

}  // namespace qnet::measure
