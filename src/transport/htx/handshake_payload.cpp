#include "transport/htx/handshake_payload.hpp"

#include <algorithm>

namespace qnet::htx {

namespace {

constexpr std::size_t kTimeAt = 2;
constexpr std::size_t kTimeSize = 6;
constexpr std::size_t kRestAt = kTimeAt + kTimeSize;

PayloadBytes start(WallTime time) {
  PayloadBytes bytes{kHtxVersion};
  auto seconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (std::size_t i = kTimeSize; i-- > 0; seconds >>= 8)
    bytes[kTimeAt + i] = static_cast<std::uint8_t>(seconds);
  return bytes;
}

bool known_start(base::ByteView bytes) {
  return bytes.size() == kPayloadSize && bytes[0] == kHtxVersion && bytes[1] == 0;
}

}  // namespace

WallTime payload_time(base::ByteView payload) {
  std::uint64_t seconds = 0;
  for (const auto byte : payload.subspan(kTimeAt, kTimeSize)) seconds = seconds << 8 | byte;
  return WallTime(std::chrono::seconds(seconds));
}

PayloadBytes Message1::encode() const {
  auto bytes = start(time);
  std::ranges::copy(access_tag, bytes.begin() + kRestAt);
  return bytes;
}

std::optional<Message1> Message1::decode(base::ByteView bytes) {
  if (!known_start(bytes)) return std::nullopt;
  Message1 message{payload_time(bytes), {}};
  std::ranges::copy(bytes.subspan(kRestAt), message.access_tag.begin());
  return message;
}

PayloadBytes Message2::encode() const {
  auto bytes = start(time);
  bytes[kRestAt] = flight_records;
  bytes[kRestAt + 1] = early_records;
  return bytes;
}

std::optional<Message2> Message2::decode(base::ByteView bytes) {
  if (!known_start(bytes)) return std::nullopt;
  if (std::ranges::any_of(bytes.subspan(kRestAt + 2), [](auto byte) { return byte != 0; }))
    return std::nullopt;
  return Message2{payload_time(bytes), bytes[kRestAt], bytes[kRestAt + 1]};
}

}  // namespace qnet::htx
