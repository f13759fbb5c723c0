#include "transport/htx/server_hello.hpp"

#include <algorithm>
#include <array>

#include "foundation/base/reader.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::htx {

namespace {

using base::ByteView;
using base::Reader;

constexpr std::size_t kX25519Size = 32;
constexpr std::size_t kCiphertextSize = std::tuple_size_v<crypto::MlKemCiphertext>;

void append_extension(const ServerHelloFields& fields, std::uint16_t type, base::Bytes& out) {
  client_hello::append_integer(out, type);
  if (type == client_hello::kSupportedVersionsExtension) {
    client_hello::append_integer(out, std::uint16_t{2});
    client_hello::append_integer(out, client_hello::kTls13);
    return;
  }
  const auto key = static_cast<std::uint16_t>(fields.ml_kem_ciphertext.size() + kX25519Size);
  client_hello::append_integer(out, static_cast<std::uint16_t>(key + 4));
  client_hello::append_integer(out, fields.group);
  client_hello::append_integer(out, key);
  base::append(out, fields.ml_kem_ciphertext);
  base::append(out, fields.x25519);
}

bool read_key_share(ByteView body, ServerHello& hello) {
  Reader reader(body);
  const auto group = reader.integer<std::uint16_t>();
  auto key = group ? reader.vector<std::uint16_t>() : std::nullopt;
  if (!key || !reader.empty()) return false;
  hello.group = *group;
  if (*group == client_hello::kX25519MlKem768 && key->size() == kCiphertextSize + kX25519Size) {
    hello.ml_kem_ciphertext = key->first(kCiphertextSize);
    hello.x25519 = key->subspan(kCiphertextSize);
    return true;
  }
  hello.x25519 = *key;
  return *group == client_hello::kX25519 && key->size() == kX25519Size;
}

bool read_extensions(ByteView list, ServerHello& hello) {
  bool version = false;
  bool share = false;
  for (Reader reader(list); !reader.empty();) {
    const auto type = reader.integer<std::uint16_t>();
    const auto body = type ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!body) return false;
    // RFC 8446 §4.1.3: only these, and pre_shared_key, which we never offer.
    if (*type == client_hello::kSupportedVersionsExtension && !version) {
      version = body->size() == 2 && base::load_be<std::uint16_t>(body->data()) == client_hello::kTls13;
      if (!version) return false;
    } else if (*type == client_hello::kKeyShareExtension && !share) {
      share = read_key_share(*body, hello);
      if (!share) return false;
    } else {
      return false;
    }
  }
  return version && share;
}

ServerHelloStatus read_hello(ByteView bytes, ServerHello& hello) {
  constexpr auto malformed = ServerHelloStatus::malformed;
  Reader reader(bytes);
  const auto type = reader.integer<std::uint8_t>();
  const auto high = reader.integer<std::uint8_t>();
  const auto message = reader.vector<std::uint16_t>();
  if (!message || type != client_hello::kServerHello || high != 0 || !reader.empty()) return malformed;
  Reader body(*message);
  const auto version = body.integer<std::uint16_t>();
  const auto random = body.take(client_hello::kRandomSize);
  if (!random || version != client_hello::kTls12) return malformed;
  if (client_hello::is_retry_request(*random)) return ServerHelloStatus::hello_retry_request;
  hello.random = *random;
  hello.random_offset = client_hello::kHandshakeHeader + 2;
  const auto session_id = body.vector<std::uint8_t>();
  const auto cipher = session_id ? body.integer<std::uint16_t>() : std::nullopt;
  const auto compression = cipher ? body.integer<std::uint8_t>() : std::nullopt;
  const auto extensions = compression ? body.vector<std::uint16_t>() : std::nullopt;
  if (!extensions || !body.empty() || *compression != 0 || (*cipher & 0xff00U) != 0x1300U) return malformed;
  hello.session_id = *session_id;
  hello.cipher_suite = *cipher;
  return read_extensions(*extensions, hello) ? ServerHelloStatus::parsed : malformed;
}

}  // namespace

BuiltServerHello build_server_hello(const ServerHelloFields& fields) {
  base::Bytes extensions;
  for (const auto type : fields.extension_order) append_extension(fields, type, extensions);
  const auto body =
      2 + client_hello::kRandomSize + 1 + fields.session_id.size() + 2 + 1 + 2 + extensions.size();

  BuiltServerHello built;
  auto& out = built.record;
  out.reserve(client_hello::kRecordHeader + client_hello::kHandshakeHeader + body);
  client_hello::append_record_header(out, client_hello::kHandshake, client_hello::kHandshakeHeader + body);
  out.push_back(client_hello::kServerHello);
  out.push_back(0);
  client_hello::append_integer(out, static_cast<std::uint16_t>(body));
  client_hello::append_integer(out, client_hello::kTls12);
  built.random_offset = out.size();
  out.resize(out.size() + client_hello::kRandomSize);
  out.push_back(static_cast<std::uint8_t>(fields.session_id.size()));
  base::append(out, fields.session_id);
  client_hello::append_integer(out, fields.cipher_suite);
  out.push_back(0);
  client_hello::append_integer(out, static_cast<std::uint16_t>(extensions.size()));
  base::append(out, extensions);
  return built;
}

ParsedServerHello parse_server_hello(ByteView message) {
  ParsedServerHello parsed{ServerHelloStatus::malformed, {}};
  parsed.status = read_hello(message, parsed.hello);
  return parsed;
}

}  // namespace qnet::htx
