#include "protocol/tls/messages.hpp"

#include <algorithm>

#include "foundation/base/reader.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/ech_config.hpp"

namespace qnet::tls {

namespace {

using base::ByteView;
using base::Reader;

constexpr std::uint16_t kStatusRequestExtension = 0x0005;
constexpr std::uint16_t kRecordSizeLimitExtension = 0x001c;

tl::unexpected<base::Error> malformed() { return base::fail(Errc::malformed); }

/// Calls `take(type, body)` for each extension of a list; false when the list or one of them is malformed.
template <class Take>
bool each_extension(ByteView list, Take take) {
  for (Reader reader(list); !reader.empty();) {
    const auto type = reader.integer<std::uint16_t>();
    const auto body = type ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!body || !take(*type, *body)) return false;
  }
  return true;
}

bool take_key_share(ByteView body, ServerHelloMessage& hello) {
  Reader reader(body);
  const auto group = reader.integer<std::uint16_t>();
  const auto key = group ? reader.vector<std::uint16_t>() : std::nullopt;
  if (!key || !reader.empty()) return false;
  hello.group = *group;
  hello.key_share = *key;
  return true;
}

/// RFC 7301 §3.1: a list with exactly one name.
bool take_alpn(ByteView body, std::string& alpn) {
  Reader outer(body);
  const auto list = outer.vector<std::uint16_t>();
  if (!list || !outer.empty()) return false;
  Reader names(*list);
  const auto name = names.vector<std::uint8_t>();
  if (!name || name->empty() || !names.empty()) return false;
  alpn = base::text_of(*name);
  return true;
}

std::optional<ByteView> take_u24_vector(Reader& reader) {
  const auto high = reader.integer<std::uint8_t>();
  const auto low = high ? reader.integer<std::uint16_t>() : std::nullopt;
  if (!low) return std::nullopt;
  return reader.take((std::size_t{*high} << 16U) | *low);
}

}  // namespace

base::Result<ServerHelloMessage> read_server_hello(ByteView message) {
  Reader body(message);
  const auto version = body.integer<std::uint16_t>();
  const auto random = version ? body.take(client_hello::kRandomSize) : std::nullopt;
  const auto session_id = random ? body.vector<std::uint8_t>() : std::nullopt;
  const auto cipher = session_id ? body.integer<std::uint16_t>() : std::nullopt;
  const auto compression = cipher ? body.integer<std::uint8_t>() : std::nullopt;
  if (!compression || *compression != 0) return malformed();
  if (*version != client_hello::kTls12) return base::fail(Errc::tls12);
  if (client_hello::is_retry_request(*random)) return base::fail(Errc::hello_retry);
  // A TLS 1.2 ServerHello may have no extensions at all.
  const auto extensions = body.empty() ? ByteView{} : body.vector<std::uint16_t>().value_or(ByteView{});
  ServerHelloMessage hello;
  hello.cipher_suite = *cipher;
  hello.session_id = *session_id;
  std::uint16_t chosen = client_hello::kTls12;
  const bool read = each_extension(extensions, [&](auto type, ByteView content) {
    hello.extensions.push_back(type);
    if (type == client_hello::kKeyShareExtension) return take_key_share(content, hello);
    if (type == client_hello::kSupportedVersionsExtension && content.size() == 2)
      chosen = base::load_be<std::uint16_t>(content.data());
    return true;
  });
  if (!read || !body.empty()) return malformed();
  if (chosen != client_hello::kTls13) return base::fail(Errc::tls12);
  return hello;
}

base::Result<EncryptedExtensions> read_encrypted_extensions(ByteView message) {
  Reader reader(message);
  const auto list = reader.vector<std::uint16_t>();
  if (!list || !reader.empty()) return malformed();
  EncryptedExtensions result;
  const bool read = each_extension(*list, [&](auto type, ByteView body) {
    if (type == client_hello::kAlpnExtension) return take_alpn(body, result.alpn);
    if (type == kEchExtension) {
      result.ech_configs.emplace(body.begin(), body.end());
      return choose_ech_config(body).has_value();
    }
    if (type != kRecordSizeLimitExtension) return true;
    // RFC 8449 §4: at least 64.
    if (body.size() != 2 || base::load_be<std::uint16_t>(body.data()) < 64) return false;
    result.record_size_limit = base::load_be<std::uint16_t>(body.data());
    return true;
  });
  if (!read) return malformed();
  return result;
}

base::Result<Certificates> read_certificates(ByteView message) {
  Reader outer(message);
  const auto context = outer.vector<std::uint8_t>();
  const auto list = context ? take_u24_vector(outer) : std::nullopt;
  if (!list || !context->empty() || !outer.empty()) return malformed();
  Certificates result;
  for (Reader reader(*list); !reader.empty();) {
    const auto der = take_u24_vector(reader);
    const auto extensions = der ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!extensions || der->empty() || result.der.size() == MessageLimits::certificates) return malformed();
    const bool own = result.der.empty();
    const bool read = each_extension(*extensions, [&](auto type, ByteView) {
      result.stapled = result.stapled || (own && type == kStatusRequestExtension);
      return true;
    });
    if (!read) return malformed();
    result.der.push_back(*der);
  }
  if (result.der.empty()) return malformed();
  return result;
}

base::Result<CertificateVerify> read_certificate_verify(ByteView message) {
  Reader reader(message);
  const auto scheme = reader.integer<std::uint16_t>();
  const auto signature = scheme ? reader.vector<std::uint16_t>() : std::nullopt;
  if (!signature || !reader.empty()) return malformed();
  return CertificateVerify{*scheme, *signature};
}

}  // namespace qnet::tls
