#include "network/directory/snapshot.hpp"

#include "network/directory/fields.hpp"

namespace qnet::directory {

namespace {

constexpr std::string_view kKind = "qnet-snapshot-1:";
constexpr std::uint64_t kLastTime = 253'402'300'799;

std::uint64_t seconds(WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

}  // namespace

base::Bytes SnapshotHeader::sign(const peer::Identity& identity) const {
  const auto body =
      cbor::encode(cbor::Array{static_cast<std::uint64_t>(form), base::ByteView(directory.key()), version,
                               seconds(issued), seconds(expires), base::ByteView(list), count});
  const auto signature = identity.signing.sign(signed_text(kKind, body));
  return cbor::encode(cbor::Array{base::ByteView(body), base::ByteView(signature)});
}

base::Result<SnapshotHeader> SnapshotHeader::parse(base::ByteView wire) {
  if (wire.size() > SnapshotLimits::header) return base::fail(Errc::too_large);
  const auto value = cbor::decode(wire, {.depth = 2, .size = SnapshotLimits::header});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields whole(*value);
  const auto body = whole.bytes(SnapshotLimits::header);
  const auto signature = whole.fixed<64>();
  if (!whole.done()) return base::fail(Errc::malformed);

  const auto inner = cbor::decode(body, {.depth = 2, .size = SnapshotLimits::header});
  if (!inner) return base::fail(Errc::malformed, inner.error().message());
  Fields fields(*inner);
  const auto form = fields.number();
  if (form != static_cast<std::uint64_t>(ListForm::without_rates) &&
      form != static_cast<std::uint64_t>(ListForm::with_rates))
    return base::fail(Errc::malformed, "its version is not known");
  SnapshotHeader header{peer::PeerId(fields.fixed<32>()), 0, {}, {}, {}, 0, static_cast<ListForm>(form)};
  header.version = fields.number();
  header.issued = WallTime(std::chrono::seconds(fields.number(kLastTime)));
  header.expires = WallTime(std::chrono::seconds(fields.number(kLastTime)));
  header.list = fields.fixed<32>();
  header.count = fields.number();
  if (!fields.done() || header.expires <= header.issued) return base::fail(Errc::malformed);
  if (!crypto::ed25519_verify(header.directory.key(), signed_text(kKind, body), signature))
    return base::fail(Errc::wrong_signature);
  return header;
}

link::RelayAddress Listed::relay_address() const {
  auto at = descriptor.descriptor().relay_address();
  if (address) at.host = address->to_text();
  return at;
}

namespace {

/// Signed while the directory's clock was ahead of what is ours now.
bool comes_from_the_future(const SnapshotHeader& header, WallTime now) {
  return header.issued - now > SnapshotLimits::clock_skew;
}

}  // namespace

base::Result<void> accept_header(const SnapshotHeader& header, const peer::PeerId& from,
                                 const SnapshotHeader* last, WallTime now) {
  if (header.directory != from) return base::fail(Errc::wrong_operator);
  if (header.expires <= now) return base::fail(Errc::expired);
  // A directory chooses the life, within a bound: a header that outlives its list could be replayed.
  if (comes_from_the_future(header, now) || header.expires - header.issued > 2 * SnapshotLimits::life)
    return base::fail(Errc::clock_skewed);
  // A directory whose clock was set back gives lower versions until then. One that is from the future holds
  // nothing up: its clock and the client's own were both ahead when it came.
  if (last != nullptr && header.version < last->version && last->expires > now &&
      !comes_from_the_future(*last, now))
    return base::fail(Errc::stale);
  return {};
}

}  // namespace qnet::directory
