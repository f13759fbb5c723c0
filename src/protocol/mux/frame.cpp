#include "protocol/mux/frame.hpp"

#include "foundation/base/endian.hpp"

namespace qnet::mux {

FrameHeader::Bytes FrameHeader::encode() const {
  Bytes bytes{};
  bytes[1] = static_cast<std::uint8_t>(type);
  base::store_be(&bytes[2], flags);
  base::store_be(&bytes[4], stream);
  base::store_be(&bytes[8], length);
  return bytes;
}

base::Result<FrameHeader> FrameHeader::decode(std::span<const std::uint8_t, size> bytes) {
  if (bytes[0] != 0) return base::fail(Errc::bad_version);
  if (bytes[1] > static_cast<std::uint8_t>(FrameType::go_away)) return base::fail(Errc::bad_type);
  FrameHeader header{static_cast<FrameType>(bytes[1]), base::load_be<std::uint16_t>(&bytes[2]),
                     base::load_be<StreamId>(&bytes[4]), base::load_be<std::uint32_t>(&bytes[8])};
  if ((header.flags & ~flag::all) != 0) return base::fail(Errc::bad_flags);
  const bool of_session = header.type == FrameType::ping || header.type == FrameType::go_away;
  if (of_session != (header.stream == 0)) return base::fail(Errc::bad_stream_id);
  return header;
}

}  // namespace qnet::mux
