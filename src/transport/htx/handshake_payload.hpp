// The 16 bytes of plaintext that Noise messages 1 and 2 carry (docs/spec/htx.md §4).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "foundation/base/bytes.hpp"
#include "transport/htx/replay_cache.hpp"

namespace qnet::htx {

inline constexpr std::uint8_t kHtxVersion = 1;
inline constexpr std::size_t kPayloadSize = 16;
using PayloadBytes = std::array<std::uint8_t, kPayloadSize>;
using AccessTag = std::array<std::uint8_t, 8>;

/// version 1 | flags 1 (zero) | time 6, seconds since 1970 | access tag 8 (zeros on an open relay)
struct Message1 {
  WallTime time{};
  AccessTag access_tag{};

  [[nodiscard]] PayloadBytes encode() const;
  /// Nothing for another version or unknown flags.
  [[nodiscard]] static std::optional<Message1> decode(base::ByteView bytes);
};

/// version 1 | flags 1 (zero) | time 6 | records in the encrypted flight 1 | records behind it 1 | zeros 6
struct Message2 {
  WallTime time{};
  std::uint8_t flight_records = 0;
  std::uint8_t early_records = 0;  ///< that follow the flight without waiting for Finished

  [[nodiscard]] PayloadBytes encode() const;
  [[nodiscard]] static std::optional<Message2> decode(base::ByteView bytes);
};

/// Of a payload that is a Message1 or Message2, or begins as they do.
[[nodiscard]] WallTime payload_time(base::ByteView payload);

}  // namespace qnet::htx
