// Frames by hand, for a peer that may break every rule, and frames read back from what a Yamux sent.
#pragma once

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "protocol/mux/frame.hpp"

namespace qnet::mux::testing {

struct SentFrame {
  FrameHeader header;
  base::Bytes payload;
};

[[nodiscard]] inline base::Bytes frame(FrameType type, std::uint16_t flags, StreamId stream,
                                       std::uint32_t length) {
  const auto header = FrameHeader{type, flags, stream, length}.encode();
  return {header.begin(), header.end()};
}

[[nodiscard]] inline base::Bytes data(std::uint16_t flags, StreamId stream, base::ByteView payload) {
  auto bytes = frame(FrameType::data, flags, stream, static_cast<std::uint32_t>(payload.size()));
  base::append(bytes, payload);
  return bytes;
}

[[nodiscard]] inline base::Bytes credit(std::uint16_t flags, StreamId stream, std::uint32_t amount = 0) {
  return frame(FrameType::window_update, flags, stream, amount);
}

/// Splits whole frames; leaves what is not whole in `bytes`.
[[nodiscard]] inline std::vector<SentFrame> take_frames(base::Bytes& bytes) {
  std::vector<SentFrame> frames;
  base::ByteView rest(bytes);
  while (rest.size() >= FrameHeader::size) {
    const auto header = FrameHeader::decode(rest.first<FrameHeader::size>()).value();
    const std::size_t size = header.type == FrameType::data ? header.length : 0;
    if (rest.size() - FrameHeader::size < size) break;
    const auto payload = rest.subspan(FrameHeader::size, size);
    frames.push_back({header, {payload.begin(), payload.end()}});
    rest = rest.subspan(FrameHeader::size + size);
  }
  bytes = {rest.begin(), rest.end()};
  return frames;
}

}  // namespace qnet::mux::testing
