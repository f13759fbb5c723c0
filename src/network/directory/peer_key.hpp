// A peer's identity as the key of a map.
#pragma once

#include <cstring>

#include "foundation/crypto/ed25519.hpp"

namespace qnet::directory {

using PeerKey = crypto::Ed25519Public;

/// Owners can choose parts of their keys, but not eight bytes that collide with many others.
struct PeerKeyHash {
  std::size_t operator()(const PeerKey& key) const {
    std::size_t value = 0;
    std::memcpy(&value, key.data(), sizeof value);
    return value;
  }
};

}  // namespace qnet::directory
