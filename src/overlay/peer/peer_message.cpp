#include "overlay/peer/peer_message.hpp"

#include <algorithm>

#include "overlay/peer/framed.hpp"

namespace qnet::peer {

base::Bytes PeerAnswer::encode() const { return framed(cbor::Map{{"peer", base::ByteView(peer.key())}}); }

base::Result<PeerAnswer> PeerAnswer::decode(base::ByteView message) {
  const auto value = decoded(message);
  if (!value) return tl::unexpected(value.error());
  const auto* const field = value->find("peer");
  const auto* const bytes = field == nullptr ? nullptr : field->bytes();
  crypto::Ed25519Public key{};
  if (bytes == nullptr || bytes->size() != key.size()) return base::fail(Errc::bad_message);
  std::ranges::copy(*bytes, key.begin());
  return PeerAnswer{PeerId(key)};
}

}  // namespace qnet::peer
