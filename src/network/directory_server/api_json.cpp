#include "network/directory_server/api_json.hpp"

#include <array>

#include <boost/json.hpp>

#include "foundation/base/utc_time.hpp"
#include "network/directory/registration.hpp"
#include "overlay/peer/multiaddr.hpp"

namespace qnet::directory {

namespace json = boost::json;

namespace {

// Deeper than any request of ours; bounds the parser's stack.
constexpr std::size_t kDepth = 8;

json::array addrs_of(const Descriptor& descriptor, json::storage_ptr memory = {}) {
  json::array addrs(std::move(memory));
  for (const auto& address : descriptor.addresses) addrs.emplace_back(peer::to_multiaddr(address));
  return addrs;
}

json::array capabilities_of(const Descriptor& descriptor, json::storage_ptr memory = {}) {
  json::array names(std::move(memory));
  for (const auto& name : capability_names(descriptor.capabilities)) names.emplace_back(name);
  return names;
}

json::array circuit_keys_of(const Descriptor& descriptor, const json::storage_ptr& memory) {
  json::array keys(memory);
  for (const auto& one : descriptor.circuit_keys) {
    json::object key(memory);
    key.emplace("key", base::to_hex(one.key));
    key.emplace("from", base::utc_text(one.from));
    key.emplace("until", base::utc_text(one.until));
    keys.emplace_back(std::move(key));
  }
  return keys;
}

json::value country_of(const std::string& code) {
  return code.empty() ? json::value(nullptr) : json::value(json::string_view(code));
}

base::Result<void> must_agree(const json::object& body, std::string_view name, const json::value& is) {
  const auto* const said = body.if_contains(json::string_view(name.data(), name.size()));
  if (said == nullptr || *said == is) return {};
  return base::fail(Errc::malformed, "\"" + std::string(name) + "\" says something else than was signed");
}

/// A heartbeat without a descriptor can name its peer only.
base::Result<void> check_courtesies(const json::object& body, const Registration& registration) {
  if (auto peer = must_agree(body, "peer_id", json::value(registration.peer.to_text())); !peer) return peer;
  if (!registration.descriptor) return {};
  const auto& descriptor = registration.descriptor->descriptor();
  if (auto addrs = must_agree(body, "addrs", addrs_of(descriptor)); !addrs) return addrs;
  if (auto can = must_agree(body, "capabilities", capabilities_of(descriptor)); !can) return can;
  return must_agree(body, "country", country_of(descriptor.country));
}

}  // namespace

base::Result<Registration> registration_in(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kDepth;
  const auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return base::fail(Errc::malformed, "the body is no JSON (" + error.message() + ")");
  const auto* const body = value.if_object();
  if (body == nullptr) return base::fail(Errc::malformed, "the body is no JSON object");
  const auto* const field = body->if_contains("registration");
  const auto* const encoded = field == nullptr ? nullptr : field->if_string();
  if (encoded == nullptr)
    return base::fail(Errc::malformed, "\"registration\" is missing: the signed registration in base64url");
  auto wire = base::from_base64url({encoded->data(), encoded->size()});
  if (!wire) return base::fail(Errc::malformed, "\"registration\" is no base64url without padding");
  auto registration = Registration::parse(*wire);
  if (!registration) return registration;
  if (auto checked = check_courtesies(*body, *registration); !checked) return base::forward_error(checked);
  return registration;
}

std::string registration_json(const Descriptor& descriptor, base::ByteView registration) {
  json::object body;
  body["peer_id"] = descriptor.peer.to_text();
  body["addrs"] = addrs_of(descriptor);
  body["country"] = country_of(descriptor.country);
  body["capabilities"] = capabilities_of(descriptor);
  body["registration"] = base::to_base64url(registration);
  return json::serialize(body);
}

namespace {

/// Larger than the values of any relay: a listing of thousands asks the system for memory once each.
constexpr std::size_t kRelayValues = 4096;
constexpr std::size_t kRelayFields = 18;

void append(std::string& text, const json::object& object) {
  json::serializer serializer;
  serializer.reset(&object);
  std::array<char, 2048> piece{};
  while (!serializer.done()) {
    const auto written = serializer.read(piece.data(), piece.size());
    text.append(written.data(), written.size());
  }
}

void append_relay(std::string& text, const Entry& entry) {
  std::array<unsigned char, kRelayValues> room;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  json::monotonic_resource memory(room.data(), room.size());
  const auto& descriptor = entry.descriptor.descriptor();
  json::array ports(&memory);
  for (const auto port : descriptor.exit_ports) ports.emplace_back(port);
  json::object relay(kRelayFields, &memory);
  const auto put = [&relay](json::string_view name, auto&& value) {
    relay.emplace(name, std::forward<decltype(value)>(value));
  };
  put("peer_id", descriptor.peer.to_text());
  put("addrs", addrs_of(descriptor, &memory));
  put("country", country_of(entry.country.code));
  const auto source = to_text(entry.country.source);
  put("country_source", json::string_view(source.data(), source.size()));
  put("capabilities", capabilities_of(descriptor, &memory));
  put("first_seen", base::utc_text(entry.first_seen));
  put("last_seen", base::utc_text(entry.last_seen));
  put("noise_key", base::to_hex(descriptor.noise_key));
  const auto cover = link::name_of(descriptor.cover);
  put("cover", json::string_view(cover.data(), cover.size()));
  put("cover_name", descriptor.cover_name);
  put("bandwidth", descriptor.bandwidth);
  put("measured", entry.measured);
  put("exit_ports", std::move(ports));
  put("version", descriptor.software);
  put("expires", base::utc_text(descriptor.expires));
  put("circuit_keys", circuit_keys_of(descriptor, &memory));
  if (descriptor.family)
    put("family", base::to_hex(descriptor.family->family));
  else
    put("family", nullptr);
  put("descriptor", base::to_base64url(entry.descriptor.wire()));
  append(text, relay);
}

}  // namespace

void ListingJson::add(const Entry& entry) {
  if (count_++ > 0) text_ += ',';
  append_relay(text_, entry);
}

std::string ListingJson::take() {
  text_ += "],\"count\":" + std::to_string(count_) + "}\n";
  return std::move(text_);
}

}  // namespace qnet::directory
