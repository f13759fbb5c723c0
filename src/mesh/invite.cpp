#include "mesh/invite.hpp"

#include <algorithm>

#include "cbor/decode.hpp"
#include "cbor/encode.hpp"
#include "crypto/hash.hpp"

namespace qnet::mesh {

namespace {

constexpr std::string_view kScheme = "qnet://";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kChecksum = 4;
constexpr std::size_t kFields = 7;

template <std::size_t N>
bool copy_bytes(const cbor::Value& value, std::array<std::uint8_t, N>& to) {
  const auto* const bytes = value.bytes();
  if (bytes == nullptr || bytes->size() != N) return false;
  std::ranges::copy(*bytes, to.begin());
  return true;
}

base::Bytes checksum_of(base::ByteView body) {
  const auto digest = crypto::sha256(body);
  return {digest.begin(), digest.begin() + kChecksum};
}

base::Result<Invite> read_fields(const cbor::Array& fields) {
  const auto* const version = fields.empty() ? nullptr : fields[0].unsigned_integer();
  if (version == nullptr) return base::fail(Errc::damaged_invite);
  if (*version != kVersion) return base::fail(Errc::newer_invite);
  crypto::Ed25519Public key{};
  if (fields.size() != kFields || !copy_bytes(fields[1], key)) return base::fail(Errc::damaged_invite);
  Invite invite{PeerId(key), {}, {}, {}, {}};
  const auto* const cover = fields[4].text();
  const auto* const host = fields[5].text();
  const auto* const port = fields[6].unsigned_integer();
  if (!copy_bytes(fields[2], invite.noise_key) || !copy_bytes(fields[3], invite.voucher) || cover == nullptr ||
      host == nullptr || port == nullptr || *port > 65535)
    return base::fail(Errc::damaged_invite);
  invite.cover_name = *cover;
  invite.address = {*host, static_cast<std::uint16_t>(*port)};
  if (!is_host_name(invite.cover_name)) return base::fail(Errc::bad_cover_name);
  if (parse_host_port(invite.address.to_text()) != invite.address) return base::fail(Errc::bad_address);
  if (!vouches(invite.peer, invite.noise_key, invite.voucher)) return base::fail(Errc::forged_invite);
  return invite;
}

}  // namespace

Invite Invite::make(const Identity& identity, HostPort address, std::string cover_name) {
  return {identity.peer_id(), identity.noise.public_key, identity.vouch(), std::move(cover_name), std::move(address)};
}

std::string Invite::to_link() const {
  auto body = cbor::encode(cbor::Array{kVersion, base::ByteView(peer.key()), base::ByteView(noise_key),
                                       base::ByteView(voucher), cover_name, address.host,
                                       std::uint64_t{address.port}});
  base::append(body, checksum_of(body));
  return std::string(kScheme) + base::to_base64url(body);
}

base::Result<Invite> Invite::parse(std::string_view link) {
  std::string text;
  std::ranges::copy_if(link, std::back_inserter(text), [](char c) { return std::string_view(" \t\r\n").find(c) == std::string_view::npos; });
  if (!text.starts_with(kScheme)) return base::fail(Errc::not_an_invite);
  if (text.size() > InviteLimits::text) return base::fail(Errc::damaged_invite);
  const auto bytes = base::from_base64url(std::string_view(text).substr(kScheme.size()));
  if (!bytes || bytes->size() <= kChecksum) return base::fail(Errc::damaged_invite);
  const auto body = base::ByteView(*bytes).first(bytes->size() - kChecksum);
  if (!std::ranges::equal(checksum_of(body), base::ByteView(*bytes).last(kChecksum)))
    return base::fail(Errc::damaged_invite);
  const auto value = cbor::decode(body);
  if (!value || value->array() == nullptr) return base::fail(Errc::damaged_invite);
  return read_fields(*value->array());
}

}  // namespace qnet::mesh
