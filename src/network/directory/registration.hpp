// What a relay sends to a directory: its descriptor, that it still lives, or that it goes. Signed with a time
// and a number, so that no copy counts (docs/spec/directory.md, "Registration").
#pragma once

#include <optional>

#include "network/directory/descriptor.hpp"

namespace qnet::directory {

enum class Purpose : std::uint8_t { alive = 0, goodbye = 1 };

struct Registration {
  peer::PeerId peer;
  WallTime time{};
  std::uint64_t sequence = 0;  ///< grows with each registration of a peer
  Purpose purpose = Purpose::alive;
  crypto::Digest descriptor_digest{};          ///< of the descriptor that the peer stands by
  std::optional<SignedDescriptor> descriptor;  ///< itself; a heartbeat leaves it out

  /// CBOR [body, signature], or [body, signature, descriptor].
  [[nodiscard]] base::Bytes sign(const peer::Identity& identity) const;

  /// Checks form and signatures, and that a descriptor is the one named; neither time nor sequence.
  [[nodiscard]] static base::Result<Registration> parse(base::ByteView wire);
};

}  // namespace qnet::directory
