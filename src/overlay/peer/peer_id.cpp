#include "overlay/peer/peer_id.hpp"

#include <algorithm>
#include <array>

#include "overlay/peer/base58.hpp"

namespace qnet::peer {

namespace {

// An identity multihash (0x00) of 36 bytes: the protobuf PublicKey {Type: Ed25519, Data: 32 bytes} of
// libp2p's peer id specification.
constexpr std::array<std::uint8_t, 6> kPrefix = {0x00, 0x24, 0x08, 0x01, 0x12, 0x20};

}  // namespace

std::optional<PeerId> PeerId::parse(std::string_view text) {
  const auto bytes = from_base58(text);
  crypto::Ed25519Public key{};
  if (!bytes || bytes->size() != kPrefix.size() + key.size()) return std::nullopt;
  if (!std::equal(kPrefix.begin(), kPrefix.end(), bytes->begin())) return std::nullopt;
  std::copy(bytes->begin() + kPrefix.size(), bytes->end(), key.begin());
  return PeerId(key);
}

std::string PeerId::to_text() const {
  base::Bytes bytes(kPrefix.begin(), kPrefix.end());
  base::append(bytes, key_);
  return to_base58(bytes);
}

}  // namespace qnet::peer
