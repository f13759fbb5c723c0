// yamux's 12-byte frame header (HashiCorp's specification, version 0).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "foundation/base/result.hpp"
#include "protocol/mux/error.hpp"

namespace qnet::mux {

using StreamId = std::uint32_t;

enum class FrameType : std::uint8_t { data = 0, window_update = 1, ping = 2, go_away = 3 };

namespace flag {
inline constexpr std::uint16_t syn = 1;
inline constexpr std::uint16_t ack = 2;
inline constexpr std::uint16_t fin = 4;
inline constexpr std::uint16_t rst = 8;
inline constexpr std::uint16_t all = syn | ack | fin | rst;
}  // namespace flag

enum class GoAway : std::uint32_t { normal = 0, protocol_error = 1, internal_error = 2 };

struct FrameHeader {
  static constexpr std::size_t size = 12;
  using Bytes = std::array<std::uint8_t, size>;

  FrameType type = FrameType::data;
  std::uint16_t flags = 0;
  StreamId stream = 0;
  /// Of the payload that follows (data), the credit (window update), the opaque value (ping) or the code (go
  /// away).
  std::uint32_t length = 0;

  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static base::Result<FrameHeader> decode(std::span<const std::uint8_t, size> bytes);
};

}  // namespace qnet::mux
