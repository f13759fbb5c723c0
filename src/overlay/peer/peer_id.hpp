// A peer's name: the libp2p peer id of its Ed25519 key, "12D3KooW…".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "foundation/crypto/ed25519.hpp"

namespace qnet::peer {

class PeerId {
 public:
  explicit PeerId(const crypto::Ed25519Public& key) : key_(key) {}

  /// Nothing when the text is no base58btc, or no identity multihash of an Ed25519 key.
  [[nodiscard]] static std::optional<PeerId> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] const crypto::Ed25519Public& key() const { return key_; }

  bool operator==(const PeerId&) const = default;

 private:
  crypto::Ed25519Public key_;
};

}  // namespace qnet::peer
