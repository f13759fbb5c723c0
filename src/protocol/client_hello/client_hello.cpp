#include "protocol/client_hello/client_hello.hpp"

#include <algorithm>

#include "foundation/base/reader.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

using base::ByteView;
using base::Reader;

constexpr std::size_t kSmallestBody = kHandshakeHeader + 2 + kRandomSize + 1 + 2 + 2 + 1;

/// Whether the first bytes can begin a record that holds exactly one ClientHello.
bool plausible_prefix(ByteView bytes) {
  const auto at = [&](std::size_t i) -> std::optional<std::uint8_t> {
    return i < bytes.size() ? std::optional(bytes[i]) : std::nullopt;
  };
  if (at(0).value_or(kHandshake) != kHandshake || at(1).value_or(3) != 3) return false;
  // RFC 8446 §5.1: the rest of the record's version is ignored, as web servers do.
  if (bytes.size() < kRecordHeader) return true;
  const std::size_t body = base::load_be<std::uint16_t>(&bytes[3]);
  if (body < kSmallestBody || body > ClientHelloLimits::record) return false;
  if (at(5).value_or(kClientHello) != kClientHello || at(6).value_or(0) != 0) return false;
  if (bytes.size() < kRecordHeader + kHandshakeHeader) return true;
  if (base::load_be<std::uint16_t>(&bytes[7]) + kHandshakeHeader != body) return false;
  return at(9).value_or(3) == 3 && at(10).value_or(3) == 3;
}

std::optional<std::vector<Extension>> read_extensions(ByteView list) {
  std::vector<Extension> extensions;
  extensions.reserve(24);
  for (Reader reader(list); !reader.empty();) {
    const auto type = reader.integer<std::uint16_t>();
    const auto body = type ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!body || extensions.size() == ClientHelloLimits::extensions) return std::nullopt;
    // RFC 8446 §4.2: no type twice.
    if (std::ranges::any_of(extensions, [&](const auto& known) { return known.type == *type; }))
      return std::nullopt;
    extensions.push_back({*type, *body});
  }
  return extensions;
}

std::optional<ClientHello> read_hello(ByteView record) {
  ClientHello hello;
  hello.record_version = base::load_be<std::uint16_t>(&record[1]);
  Reader reader(record);
  (void)reader.take(kRecordHeader + kHandshakeHeader + 2);
  const auto random = reader.take(kRandomSize);
  const auto session_id = random ? reader.vector<std::uint8_t>() : std::nullopt;
  if (!session_id || session_id->size() > 32) return std::nullopt;
  hello.session_id_offset = reader.position() - session_id->size();
  const auto ciphers = reader.vector<std::uint16_t>();
  if (!ciphers || ciphers->empty() || ciphers->size() % 2 != 0) return std::nullopt;
  const auto compression = reader.vector<std::uint8_t>();
  if (!compression || compression->empty()) return std::nullopt;
  const auto list = reader.vector<std::uint16_t>();
  if (!list || !reader.empty()) return std::nullopt;
  auto extensions = read_extensions(*list);
  if (!extensions) return std::nullopt;
  hello.random = *random;
  hello.session_id = *session_id;
  hello.cipher_suites = *ciphers;
  hello.extensions = std::move(*extensions);
  return hello;
}

}  // namespace

ParsedClientHello parse_client_hello(ByteView bytes) {
  if (!plausible_prefix(bytes)) return {ClientHelloStatus::not_client_hello, {}};
  if (bytes.size() < kRecordHeader) return {ClientHelloStatus::need_more, {}};
  const std::size_t whole = kRecordHeader + base::load_be<std::uint16_t>(&bytes[3]);
  if (bytes.size() < whole) return {ClientHelloStatus::need_more, {}};
  auto hello = read_hello(bytes.first(whole));
  if (!hello) return {ClientHelloStatus::not_client_hello, {}};
  return {ClientHelloStatus::parsed, std::move(*hello), whole};
}

std::optional<ByteView> ClientHello::extension(std::uint16_t type) const {
  const auto found = std::ranges::find(extensions, type, &Extension::type);
  if (found == extensions.end()) return std::nullopt;
  return found->body;
}

std::optional<ByteView> ClientHello::key_share(std::uint16_t group) const {
  const auto body = extension(kKeyShareExtension);
  if (!body) return std::nullopt;
  Reader outer(*body);
  const auto shares = outer.vector<std::uint16_t>();
  if (!shares || !outer.empty()) return std::nullopt;
  std::optional<ByteView> found;
  std::size_t count = 0;
  for (Reader reader(*shares); !reader.empty();) {
    const auto name = reader.integer<std::uint16_t>();
    const auto key = name ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!key || ++count > ClientHelloLimits::key_shares) return std::nullopt;
    if (*name == group && !found) found = key;
  }
  return found;
}

bool ClientHello::offers_tls13() const {
  const auto body = extension(kSupportedVersionsExtension);
  if (!body) return false;
  Reader outer(*body);
  const auto versions = outer.vector<std::uint8_t>();
  if (!versions || !outer.empty()) return false;
  for (Reader reader(*versions); const auto version = reader.integer<std::uint16_t>();)
    if (*version == kTls13) return true;
  return false;
}

std::string_view ClientHello::server_name() const {
  const auto body = extension(kServerNameExtension);
  if (!body) return {};
  Reader outer(*body);
  const auto list = outer.vector<std::uint16_t>();
  if (!list) return {};
  Reader entry(*list);
  const auto kind = entry.integer<std::uint8_t>();
  const auto name = kind && *kind == 0 ? entry.vector<std::uint16_t>() : std::nullopt;
  return name ? base::text_of(*name) : std::string_view{};
}

}  // namespace qnet::client_hello
