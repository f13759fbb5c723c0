// Deterministic CBOR behind a u16 length: the form of every message that opens a stream (design §4). For
// implementations only: whose headers include it needs qnet::cbor.
#pragma once

#include "foundation/base/endian.hpp"
#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"
#include "overlay/peer/connect_message.hpp"

namespace qnet::peer {

[[nodiscard]] inline base::Bytes framed(const cbor::Value& value) {
  const auto body = cbor::encode(value);
  base::Bytes bytes(2);
  base::store_be(bytes.data(), static_cast<std::uint16_t>(body.size()));
  base::append(bytes, body);
  return bytes;
}

[[nodiscard]] inline base::Result<cbor::Value> decoded(base::ByteView message) {
  // A map of numbers and texts, and room for one nested value that a later version may add.
  constexpr std::size_t kDepth = 3;
  auto value = cbor::decode(message, {.depth = kDepth, .size = ConnectLimits::message});
  if (!value) return base::fail(Errc::bad_message, value.error().message());
  return value;
}

}  // namespace qnet::peer
