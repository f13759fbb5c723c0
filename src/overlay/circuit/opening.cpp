#include "overlay/circuit/opening.hpp"

#include <algorithm>

namespace qnet::circuit {

base::Bytes Opening::encode() const {
  base::Bytes bytes{static_cast<std::uint8_t>(kind)};
  bytes.reserve(size);
  base::append(bytes, kind == Kind::extend ? next.key() : crypto::Ed25519Public{});
  base::append(bytes, message);
  return bytes;
}

base::Result<Opening> Opening::decode(base::ByteView bytes) {
  if (bytes.size() != size) return base::fail(Errc::malformed);
  crypto::Ed25519Public key{};
  std::ranges::copy(bytes.subspan(1, key.size()), key.begin());
  const auto message = bytes.subspan(1 + key.size());
  const auto kind = static_cast<Kind>(bytes.front());
  if (kind != Kind::extend && (kind != Kind::create || key != crypto::Ed25519Public{}))
    return base::fail(Errc::malformed);
  return Opening{kind, peer::PeerId(key), {message.begin(), message.end()}};
}

}  // namespace qnet::circuit
