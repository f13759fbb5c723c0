// What a relay sends to a directory: its descriptor, a heartbeat, or a goodbye. A time and a number are
// signed with it, so that no copy counts (docs/spec/directory.md, "Registration").
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
  crypto::Digest descriptor_digest{};          ///< of the descriptor that holds
  std::optional<SignedDescriptor> descriptor;  ///< a heartbeat leaves it out

  /// CBOR [body, signature], or [body, signature, descriptor].
  [[nodiscard]] base::Bytes sign(const peer::Identity& identity) const;

  /// Checks form, signatures, and that an enclosed descriptor is the one named. Not time and sequence.
  [[nodiscard]] static base::Result<Registration> parse(base::ByteView wire);
};

/// More than five minutes from this directory's clock.
[[nodiscard]] inline bool is_skewed(WallTime time, WallTime wall) {
  return time - wall > RegistrationLimits::clock_skew || wall - time > RegistrationLimits::clock_skew;
}

}  // namespace qnet::directory
