#include "network/directory/descriptor.hpp"

#include "foundation/ip/host.hpp"
#include "network/directory/fields.hpp"

namespace qnet::directory {

namespace {

constexpr std::string_view kKind = "qnet-descriptor-1:";
constexpr std::uint64_t kPlain = 1;  // without the two fields that came later
constexpr std::uint64_t kVersion = 2;
constexpr std::uint64_t kAllCapabilities = 7;
constexpr std::uint64_t kLastPort = 65535;
constexpr std::uint64_t kLastCover = static_cast<std::uint64_t>(link::Cover::site_websocket_unbound);
constexpr std::uint64_t kLastTime = 253'402'300'799;  // the year 9999
constexpr std::size_t kDepth = 3;

std::uint64_t seconds(WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

WallTime wall(std::uint64_t count) { return WallTime(std::chrono::seconds(count)); }

/// A descriptor that needs no more is written as readers of the first version know it.
std::uint64_t version_of(const Descriptor& d) {
  return d.circuit_keys.empty() && !d.family ? kPlain : kVersion;
}

void append_version_2(cbor::Array& body, const Descriptor& d) {
  cbor::Array keys;
  for (const auto& one : d.circuit_keys)
    keys.emplace_back(cbor::Array{base::ByteView(one.key), seconds(one.from), seconds(one.until)});
  body.emplace_back(std::move(keys));
  cbor::Array family;
  if (d.family) family = {base::ByteView(d.family->family), base::ByteView(d.family->signature)};
  body.emplace_back(std::move(family));
}

base::Bytes encode_body(const Descriptor& d) {
  cbor::Array addresses;
  for (const auto& address : d.addresses)
    addresses.emplace_back(cbor::Array{address.host, std::uint64_t{address.port}});
  cbor::Array ports;
  for (const auto port : d.exit_ports) ports.emplace_back(std::uint64_t{port});
  cbor::Array body{version_of(d),
                   base::ByteView(d.peer.key()),
                   base::ByteView(d.noise_key),
                   std::move(addresses),
                   d.cover_name,
                   static_cast<std::uint64_t>(d.cover),
                   base::ByteView(d.ech_configs),
                   std::uint64_t{d.capabilities},
                   d.country,
                   d.bandwidth,
                   std::move(ports),
                   d.software,
                   seconds(d.issued),
                   seconds(d.expires)};
  if (version_of(d) == kVersion) append_version_2(body, d);
  return cbor::encode(body);
}

std::vector<peer::HostPort> read_addresses(Fields& fields) {
  std::vector<peer::HostPort> addresses;
  const auto* const list = fields.array(DescriptorLimits::addresses);
  if (list == nullptr) return addresses;
  for (const auto& item : *list) {
    Fields pair(item);
    peer::HostPort address{pair.text(253), static_cast<std::uint16_t>(pair.number(kLastPort))};
    if (!pair.done() || peer::parse_host_port(address.to_text()) != address ||
        canonical_host(address.host) != address.host)
      return {};
    addresses.push_back(std::move(address));
  }
  return addresses;
}

/// Ascending and without repetition, so that one policy has one form.
bool read_ports(Fields& fields, std::vector<std::uint16_t>& ports) {
  const auto* const list = fields.array(DescriptorLimits::exit_ports);
  if (list == nullptr) return false;
  for (const auto& item : *list) {
    const auto* const port = item.unsigned_integer();
    if (port == nullptr || *port == 0 || *port > kLastPort || (!ports.empty() && *port <= ports.back()))
      return false;
    ports.push_back(static_cast<std::uint16_t>(*port));
  }
  return true;
}

/// Ascending, so that the last one that has begun is the newest.
bool is_after(const CircuitKey& key, const std::vector<CircuitKey>& before) {
  return std::ranges::all_of(before,
                             [&](const auto& one) { return one.from < key.from && one.key != key.key; });
}

bool read_circuit_keys(Fields& fields, std::vector<CircuitKey>& keys) {
  const auto* const list = fields.array(DescriptorLimits::circuit_keys);
  if (list == nullptr) return false;
  for (const auto& item : *list) {
    Fields one(item);
    const CircuitKey key{one.fixed<32>(), wall(one.number(kLastTime)), wall(one.number(kLastTime))};
    if (!one.done() || key.until <= key.from || key.until - key.from > DescriptorLimits::circuit_key_life ||
        !is_after(key, keys))
      return false;
    keys.push_back(key);
  }
  return true;
}

/// Its signature is for verify().
bool read_family(Fields& fields, std::optional<peer::FamilyProof>& family) {
  const auto* const item = fields.value();
  if (item == nullptr || item->array() == nullptr) return false;
  if (item->array()->empty()) return true;
  Fields proof(*item);
  family = peer::FamilyProof{proof.fixed<32>(), proof.fixed<64>()};
  return proof.done();
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// The rules that concern several fields.
bool is_sound(const Descriptor& d) {
  return !d.addresses.empty() && peer::is_host_name(d.cover_name) &&
         (d.country.empty() || is_country(d.country)) && is_printable(d.software) &&
         (d.exit_ports.empty() || d.can(Capability::exit)) && d.expires > d.issued &&
         d.expires - d.issued <= DescriptorLimits::life &&
         (d.ech_configs.empty() || d.cover != link::Cover::mirror);
}

base::Result<Descriptor> decode_body(base::ByteView body) {
  const auto value = cbor::decode(body, {.depth = kDepth, .size = DescriptorLimits::body});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields fields(*value);
  const auto version = fields.number();
  if (version != kPlain && version != kVersion)
    return base::fail(Errc::malformed, "its version is not known");
  Descriptor d{peer::PeerId(fields.fixed<32>()), fields.fixed<32>(), read_addresses(fields), {}};
  d.cover_name = fields.text(253);
  d.cover = static_cast<link::Cover>(fields.number(kLastCover));
  const auto ech = fields.bytes(DescriptorLimits::ech_configs);
  d.ech_configs.assign(ech.begin(), ech.end());
  d.capabilities = static_cast<std::uint8_t>(fields.number(kAllCapabilities));
  d.country = fields.text(2);
  d.bandwidth = fields.number();
  const bool ports = read_ports(fields, d.exit_ports);
  d.software = fields.text(DescriptorLimits::software);
  d.issued = wall(fields.number(kLastTime));
  d.expires = wall(fields.number(kLastTime));
  const bool later =
      version == kPlain || (read_circuit_keys(fields, d.circuit_keys) && read_family(fields, d.family));
  // One content has one form: the version follows from what is said.
  if (!fields.done() || !ports || !later || version != version_of(d) || !is_sound(d))
    return base::fail(Errc::malformed);
  return d;
}

}  // namespace

std::vector<std::string> capability_names(std::uint8_t capabilities) {
  std::vector<std::string> names;
  for (const auto& [bit, name] : {std::pair{Capability::relay, "relay"}, std::pair{Capability::exit, "exit"},
                                  std::pair{Capability::directory, "directory"}})
    if ((capabilities & static_cast<std::uint8_t>(bit)) != 0) names.emplace_back(name);
  return names;
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string canonical_host(std::string_view host) {
  const auto parsed = ip::parse_host(host);
  if (const auto* const address = std::get_if<ip::IpAddress>(&parsed)) return address->to_text();
  const auto* const name = std::get_if<ip::HostName>(&parsed);
  return name == nullptr ? std::string() : name->text;
}

link::RelayAddress Descriptor::relay_address(std::size_t index) const {
  const auto& address = addresses.at(index);
  return {address.host, address.port, cover_name, noise_key, {}, cover, ech_configs};
}

bool Descriptor::is_behind_a_name() const {
  return addresses.empty() || !ip::IpAddress::parse(addresses.front().host);
}

bool says_the_same(const Descriptor& one, const Descriptor& other) {
  auto as_other = one;
  as_other.issued = other.issued;
  as_other.expires = other.expires;
  return as_other == other;
}

SignedDescriptor::SignedDescriptor(Descriptor descriptor, base::Bytes wire)
    : descriptor_(std::move(descriptor)), wire_(std::move(wire)), digest_(crypto::sha256(wire_)) {}

SignedDescriptor SignedDescriptor::sign(const Descriptor& descriptor, const peer::Identity& identity) {
  const auto body = encode_body(descriptor);
  const auto signature = identity.signing.sign(signed_text(kKind, body));
  return {descriptor, cbor::encode(cbor::Array{base::ByteView(body), base::ByteView(signature)})};
}

base::Result<SignedDescriptor> SignedDescriptor::parse_unverified(base::ByteView wire) {
  if (wire.size() > RegistrationLimits::whole) return base::fail(Errc::too_large);
  const auto value = cbor::decode(wire, {.depth = 2, .size = RegistrationLimits::whole});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields fields(*value);
  const auto body = fields.bytes(DescriptorLimits::body);
  (void)fields.fixed<64>();
  if (!fields.done()) return base::fail(Errc::malformed);
  auto descriptor = decode_body(body);
  if (!descriptor) return base::forward_error(descriptor);
  return SignedDescriptor(std::move(*descriptor), {wire.begin(), wire.end()});
}

bool SignedDescriptor::verify() const {
  const auto value = cbor::decode(wire_, {.depth = 2, .size = RegistrationLimits::whole});
  Fields fields(*value);
  const auto body = fields.bytes(DescriptorLimits::body);
  const auto signature = fields.fixed<64>();
  const auto& peer = descriptor_.peer;
  if (!fields.done() || !crypto::ed25519_verify(peer.key(), signed_text(kKind, body), signature))
    return false;
  return !descriptor_.family || descriptor_.family->proves(peer);
}

base::Result<SignedDescriptor> SignedDescriptor::parse(base::ByteView wire) {
  auto parsed = parse_unverified(wire);
  if (parsed && !parsed->verify()) return base::fail(Errc::wrong_signature);
  return parsed;
}

}  // namespace qnet::directory
