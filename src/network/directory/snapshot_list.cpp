#include "foundation/base/reader.hpp"
#include "network/directory/fields.hpp"
#include "network/directory/packing.hpp"
#include "network/directory/snapshot.hpp"

namespace qnet::directory {

namespace {

/// Where a check found a relay. Only what is behind a name is said: one content has one form.
bool read_address(Fields& fields, Listed& listed) {
  const auto bytes = fields.bytes(sizeof(ip::IpAddress::V6Bytes));
  if (bytes.empty()) return fields.good();
  listed.address = ip::IpAddress::from_bytes(bytes);
  return listed.address && listed.descriptor.descriptor().is_behind_a_name();
}

base::Result<Listed> decode_item(base::ByteView item, ListForm form) {
  const auto value = cbor::decode(item, {.depth = 2, .size = RegistrationLimits::whole});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields fields(*value);
  auto descriptor = SignedDescriptor::parse_unverified(fields.bytes(RegistrationLimits::whole));
  Country country{fields.text(2), static_cast<CountrySource>(fields.number(2))};
  if (!fields.good() || !descriptor || (!country.code.empty() && !is_country(country.code)))
    return base::fail(Errc::malformed);
  Listed listed{.descriptor = std::move(*descriptor), .country = std::move(country)};
  if (form == ListForm::with_rates) {
    listed.measured = static_cast<Rate>(fields.number(std::numeric_limits<Rate>::max()));
    if (!read_address(fields, listed)) return base::fail(Errc::malformed);
  }
  if (!fields.done()) return base::fail(Errc::malformed);
  return listed;
}

}  // namespace

void append_listed(base::Bytes& list, const Entry& relay) {
  const auto address = relay.address ? relay.address->bytes() : base::ByteView();
  const auto item = cbor::encode(cbor::Array{relay.descriptor.wire(), relay.country.code,
                                             static_cast<std::uint64_t>(relay.country.source),
                                             std::uint64_t{relay.measured}, address});
  std::array<std::uint8_t, 2> length{};
  base::store_be(length.data(), static_cast<std::uint16_t>(item.size()));
  base::append(list, length);
  base::append(list, item);
}

base::Bytes encode_list(const std::vector<const Entry*>& relays) {
  std::size_t size = 0;
  for (const auto* const relay : relays) size += listed_size(*relay);
  base::Bytes list;
  list.reserve(size);
  for (const auto* const relay : relays) append_listed(list, *relay);
  return list;
}

base::Result<std::vector<Listed>> decode_list(base::ByteView list, ListForm form) {
  std::vector<Listed> relays;
  base::Reader reader(list);
  while (!reader.empty()) {
    const auto item = reader.vector<std::uint16_t>();
    if (!item) return base::fail(Errc::malformed);
    auto listed = decode_item(*item, form);
    if (!listed) return base::forward_error(listed);
    const auto& key = listed->descriptor.descriptor().peer.key();
    if (!relays.empty() && relays.back().descriptor.descriptor().peer.key() >= key)
      return base::fail(Errc::malformed, "the list is not in order");
    relays.push_back(std::move(*listed));
  }
  return relays;
}

base::Result<std::vector<Listed>> open_list(const SnapshotHeader& header, base::ByteView packed) {
  const auto list = unpack(packed, SnapshotLimits::list);
  if (!list) return tl::unexpected(list.error());
  if (crypto::sha256(*list) != header.list) return base::fail(Errc::list_mismatch);
  auto relays = decode_list(*list, header.form);
  if (relays && relays->size() != header.count) return base::fail(Errc::list_mismatch);
  return relays;
}

}  // namespace qnet::directory
