#include "overlay/peer/invite.hpp"

#include <algorithm>
#include <iterator>

#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"
#include "foundation/crypto/hash.hpp"

namespace qnet::peer {

namespace {

constexpr std::string_view kScheme = "qnet://";
constexpr std::uint64_t kVersion = 1;           // cover mirror
constexpr std::uint64_t kVersionWithCover = 2;  // any other
constexpr std::size_t kChecksum = 4;
constexpr std::uint64_t kLastPort = 65535;

// Places in the array. Version 2 has the last, and later versions keep the first.
enum Field : std::size_t { version, peer_key, noise_key, voucher, cover_name, host, port, cover, ech, count };

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

/// Without the white space that mail programs and terminals break long lines with.
std::string unwrapped(std::string_view link) {
  std::string text;
  std::ranges::copy_if(link, std::back_inserter(text),
                       [](char c) { return !(c == ' ' || (c >= '\t' && c <= '\r')); });
  return text;
}

/// The body of the link, when its checksum is right.
base::Result<base::Bytes> read_body(std::string_view text) {
  if (!text.starts_with(kScheme)) return base::fail(Errc::not_an_invite);
  if (text.size() > InviteLimits::text) return base::fail(Errc::damaged_invite);
  auto bytes = base::from_base64url(text.substr(kScheme.size()));
  if (!bytes || bytes->size() <= kChecksum) return base::fail(Errc::damaged_invite);
  const auto size = bytes->size() - kChecksum;
  const base::ByteView all(*bytes);
  if (!std::ranges::equal(checksum_of(all.first(size)), all.last(kChecksum)))
    return base::fail(Errc::damaged_invite);
  bytes->resize(size);
  return std::move(*bytes);
}

base::Result<Invite> read_fields(const cbor::Array& fields) {
  const auto* const number = fields.empty() ? nullptr : fields[Field::version].unsigned_integer();
  if (number == nullptr || *number == 0) return base::fail(Errc::damaged_invite);
  if (*number > kVersionWithCover) return base::fail(Errc::newer_invite);
  crypto::Ed25519Public key{};
  const auto count = fields.size();
  const bool complete =
      *number == kVersion ? count == Field::cover : count == Field::ech || count == Field::count;
  if (!complete || !copy_bytes(fields[Field::peer_key], key)) return base::fail(Errc::damaged_invite);
  Invite invite{PeerId(key), {}, {}, {}, {}};
  const auto* const cover = fields[Field::cover_name].text();
  const auto* const host_text = fields[Field::host].text();
  const auto* const port_number = fields[Field::port].unsigned_integer();
  if (!copy_bytes(fields[Field::noise_key], invite.noise_key) ||
      !copy_bytes(fields[Field::voucher], invite.voucher) || cover == nullptr || host_text == nullptr ||
      port_number == nullptr)
    return base::fail(Errc::damaged_invite);
  if (*port_number > kLastPort) return base::fail(Errc::bad_address);
  invite.cover_name = *cover;
  invite.address = {*host_text, static_cast<std::uint16_t>(*port_number)};
  if (*number == kVersionWithCover) {
    const auto* const kind = fields[Field::cover].unsigned_integer();
    // Version 2 is for the others: each invite has one form.
    if (kind == nullptr || *kind == 0) return base::fail(Errc::damaged_invite);
    const auto known = link::cover_of_number(*kind);
    if (!known) return base::fail(Errc::newer_invite);
    invite.cover = *known;
  }
  if (count == Field::count) {
    const auto* const list = fields[Field::ech].bytes();
    if (list == nullptr || list->empty()) return base::fail(Errc::damaged_invite);
    invite.ech_configs = *list;
  }
  if (auto good = invite.check(); !good) return base::forward_error(good);
  return invite;
}

}  // namespace

Invite Invite::make(const Identity& identity, HostPort address, std::string cover_name, link::Cover cover) {
  return {identity.peer_id(),
          identity.noise.public_key,
          identity.vouch(),
          std::move(cover_name),
          std::move(address),
          cover,
          {}};
}

base::Result<void> Invite::check() const {
  // RFC 6066 §3 allows no addresses as server names; is_host_name() has none.
  if (!is_host_name(cover_name)) return base::fail(Errc::bad_cover_name);
  if (parse_host_port(address.to_text()) != address) return base::fail(Errc::bad_address);
  if (ech_configs.size() > InviteLimits::ech_configs) return base::fail(Errc::damaged_invite);
  if (!vouches(peer, noise_key, voucher)) return base::fail(Errc::forged_invite);
  return {};
}

link::RelayAddress Invite::relay_address() const {
  return {address.host, address.port, cover_name, noise_key, {}, cover, ech_configs};
}

std::string Invite::to_link() const {
  const bool plain = cover == link::Cover::mirror;
  cbor::Array fields{plain ? kVersion : kVersionWithCover,
                     base::ByteView(peer.key()),
                     base::ByteView(noise_key),
                     base::ByteView(voucher),
                     cover_name,
                     address.host,
                     std::uint64_t{address.port}};
  if (!plain) fields.emplace_back(static_cast<std::uint64_t>(cover));
  if (!plain && !ech_configs.empty()) fields.emplace_back(base::ByteView(ech_configs));
  auto body = cbor::encode(fields);
  base::append(body, checksum_of(body));
  return std::string(kScheme) + base::to_base64url(body);
}

base::Result<Invite> Invite::parse(std::string_view link) {
  const auto body = read_body(unwrapped(link));
  if (!body) return tl::unexpected(body.error());
  const auto value = cbor::decode(*body);
  if (!value || value->array() == nullptr) return base::fail(Errc::damaged_invite);
  return read_fields(*value->array());
}

}  // namespace qnet::peer
