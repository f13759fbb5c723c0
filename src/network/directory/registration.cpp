#include "network/directory/registration.hpp"

#include "network/directory/fields.hpp"

namespace qnet::directory {

namespace {

constexpr std::string_view kKind = "qnet-registration-1:";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kLastTime = 253'402'300'799;
constexpr std::size_t kBody = 256;

}  // namespace

base::Bytes Registration::sign(const peer::Identity& identity) const {
  const auto body = cbor::encode(cbor::Array{
      kVersion, base::ByteView(peer.key()), static_cast<std::uint64_t>(time.time_since_epoch().count()),
      sequence, static_cast<std::uint64_t>(purpose), base::ByteView(descriptor_digest)});
  const auto signature = identity.signing.sign(signed_text(kKind, body));
  cbor::Array whole{base::ByteView(body), base::ByteView(signature)};
  if (descriptor) whole.emplace_back(descriptor->wire());
  return cbor::encode(whole);
}

base::Result<Registration> Registration::parse(base::ByteView wire) {
  if (wire.size() > RegistrationLimits::whole) return base::fail(Errc::too_large);
  const auto value = cbor::decode(wire, {.depth = 2, .size = RegistrationLimits::whole});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields whole(*value);
  const auto body = whole.bytes(kBody);
  const auto signature = whole.fixed<64>();
  const bool has_descriptor = whole.left() > 0;
  const auto descriptor = has_descriptor ? whole.bytes(RegistrationLimits::whole) : base::ByteView();
  if (!whole.done()) return base::fail(Errc::malformed);

  const auto inner = cbor::decode(body, {.depth = 2, .size = kBody});
  if (!inner) return base::fail(Errc::malformed, inner.error().message());
  Fields fields(*inner);
  if (fields.number() != kVersion) return base::fail(Errc::malformed, "its version is not known");
  Registration registration{peer::PeerId(fields.fixed<32>()), {}, 0, Purpose::alive, {}, std::nullopt};
  registration.time = WallTime(std::chrono::seconds(fields.number(kLastTime)));
  registration.sequence = fields.number();
  registration.purpose = static_cast<Purpose>(fields.number(1));
  registration.descriptor_digest = fields.fixed<32>();
  if (!fields.done()) return base::fail(Errc::malformed);
  if (!crypto::ed25519_verify(registration.peer.key(), signed_text(kKind, body), signature))
    return base::fail(Errc::wrong_signature);
  if (!has_descriptor) return registration;

  auto parsed = SignedDescriptor::parse(descriptor);
  if (!parsed) return base::forward_error(parsed);
  if (parsed->descriptor().peer != registration.peer || parsed->digest() != registration.descriptor_digest)
    return base::fail(Errc::malformed, "the descriptor is not the one that was signed");
  registration.descriptor = std::move(*parsed);
  return registration;
}

}  // namespace qnet::directory
