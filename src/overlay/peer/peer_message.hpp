// /qnet/peer/1: who is there. Whoever holds a relay's Noise key says in its session which peer it is, so that
// nobody else can be listed under its key and address (docs/spec/directory.md, "Check").
#pragma once

#include "overlay/peer/connect_message.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::peer {

inline constexpr const char* kPeerProtocol = "/qnet/peer/1";

/// The side that asks sends nothing but the protocol's name.
struct PeerAnswer {
  PeerId peer;

  /// The length, then the message.
  [[nodiscard]] base::Bytes encode() const;
  /// Without the length. Keys that it does not know are ignored.
  [[nodiscard]] static base::Result<PeerAnswer> decode(base::ByteView message);
  bool operator==(const PeerAnswer&) const = default;
};

}  // namespace qnet::peer
