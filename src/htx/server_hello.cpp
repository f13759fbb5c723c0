#include "htx/server_hello.hpp"

#include <algorithm>
#include <array>

#include "base/reader.hpp"
#include "crypto/mlkem768.hpp"
#include "htx/tls.hpp"

namespace qnet::htx {

namespace {

using base::ByteView;
using base::Reader;

constexpr std::size_t kX25519Size = 32;
constexpr std::size_t kCiphertextSize = std::tuple_size_v<crypto::MlKemCiphertext>;

// RFC 8446 §4.1.3: a ServerHello with this random is a HelloRetryRequest.
constexpr std::array<std::uint8_t, kRandomSize> kRetryRandom = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

void append_extension(const ServerHelloFields& fields, std::uint16_t type, base::Bytes& out) {
  append_integer(out, type);
  if (type == kSupportedVersionsExtension) {
    append_integer(out, std::uint16_t{2});
    append_integer(out, kTls13);
    return;
  }
  const auto key = static_cast<std::uint16_t>(fields.ml_kem_ciphertext.size() + kX25519Size);
  append_integer(out, static_cast<std::uint16_t>(key + 4));
  append_integer(out, fields.group);
  append_integer(out, key);
  base::append(out, fields.ml_kem_ciphertext);
  base::append(out, fields.x25519);
}

bool read_key_share(ByteView body, ServerHello& hello) {
  Reader reader(body);
  const auto group = reader.integer<std::uint16_t>();
  auto key = group ? reader.vector<std::uint16_t>() : std::nullopt;
  if (!key || !reader.empty()) return false;
  hello.group = *group;
  if (*group == kX25519MlKem768 && key->size() == kCiphertextSize + kX25519Size) {
    hello.ml_kem_ciphertext = key->first(kCiphertextSize);
    hello.x25519 = key->subspan(kCiphertextSize);
    return true;
  }
  hello.x25519 = *key;
  return *group == kX25519 && key->size() == kX25519Size;
}

bool read_extensions(ByteView list, ServerHello& hello) {
  bool version = false;
  bool share = false;
  for (Reader reader(list); !reader.empty();) {
    const auto type = reader.integer<std::uint16_t>();
    const auto body = type ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!body) return false;
    // RFC 8446 §4.1.3: only these, and pre_shared_key, which we never offer.
    if (*type == kSupportedVersionsExtension && !version) {
      version = body->size() == 2 && base::load_be<std::uint16_t>(body->data()) == kTls13;
      if (!version) return false;
    } else if (*type == kKeyShareExtension && !share) {
      share = read_key_share(*body, hello);
      if (!share) return false;
    } else {
      return false;
    }
  }
  return version && share;
}

ServerHelloStatus read_hello(ByteView record, ServerHello& hello) {
  constexpr auto malformed = ServerHelloStatus::malformed;
  Reader reader(record);
  (void)reader.take(kRecordHeader);
  const auto type = reader.integer<std::uint8_t>();
  const auto high = reader.integer<std::uint8_t>();
  const auto message = reader.vector<std::uint16_t>();
  if (!message || type != kServerHello || high != 0 || !reader.empty()) return malformed;
  Reader body(*message);
  const auto version = body.integer<std::uint16_t>();
  const auto random = body.take(kRandomSize);
  if (!random || version != kTls12) return malformed;
  if (is_retry_request(*random)) return ServerHelloStatus::hello_retry_request;
  hello.random = *random;
  hello.random_offset = kRecordHeader + kHandshakeHeader + 2;
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

bool is_retry_request(ByteView random) { return std::ranges::equal(random, kRetryRandom); }

BuiltServerHello build_server_hello(const ServerHelloFields& fields) {
  base::Bytes extensions;
  for (const auto type : fields.extension_order) append_extension(fields, type, extensions);
  const auto body = 2 + kRandomSize + 1 + fields.session_id.size() + 2 + 1 + 2 + extensions.size();

  BuiltServerHello built;
  auto& out = built.record;
  out.reserve(kRecordHeader + kHandshakeHeader + body);
  append_record_header(out, kHandshake, kHandshakeHeader + body);
  out.push_back(kServerHello);
  out.push_back(0);
  append_integer(out, static_cast<std::uint16_t>(body));
  append_integer(out, kTls12);
  built.random_offset = out.size();
  out.resize(out.size() + kRandomSize);
  out.push_back(static_cast<std::uint8_t>(fields.session_id.size()));
  base::append(out, fields.session_id);
  append_integer(out, fields.cipher_suite);
  out.push_back(0);
  append_integer(out, static_cast<std::uint16_t>(extensions.size()));
  base::append(out, extensions);
  return built;
}

ParsedServerHello parse_server_hello(ByteView bytes) {
  const auto record = read_record(bytes);
  if (!record) return {ServerHelloStatus::malformed, {}};
  if (!*record) return {ServerHelloStatus::need_more, {}};
  if ((*record)->type == kAlert) return {ServerHelloStatus::alert, {}};
  if ((*record)->type != kHandshake) return {ServerHelloStatus::malformed, {}};
  const auto whole = kRecordHeader + (*record)->body_size;
  ParsedServerHello parsed{ServerHelloStatus::malformed, {}, whole};
  parsed.status = read_hello(bytes.first(whole), parsed.hello);
  return parsed;
}

}  // namespace qnet::htx
