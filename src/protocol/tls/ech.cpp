#include "protocol/tls/ech.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "foundation/base/endian.hpp"
#include "foundation/crypto/constant_time.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/key_schedule.hpp"

namespace qnet::tls {
namespace {

using base::Bytes;
using base::ByteView;
using client_hello::append_integer;

constexpr std::uint16_t kOuterExtensions = 0xfd00;
constexpr std::uint8_t kOuter = 0, kInner = 1;
constexpr std::size_t kBlock = 32;  // RFC 9849 §6.1.3
constexpr std::size_t kConfirmation = 8;
constexpr std::size_t kConfirmationAt =
    client_hello::kHandshakeHeader + 2 + client_hello::kRandomSize - kConfirmation;

/// Of TLS 1.2 alone, so not in an inner hello (§6.1): extended_master_secret, renegotiation_info,
/// ec_point_formats, session_ticket; and padding, which is the outer's own.
constexpr std::array<std::uint16_t, 5> kNotInside{0x0017, 0xff01, 0x000b, 0x0023, 0x0015};

template <std::unsigned_integral Length, class Write>
void append_vector(Bytes& to, Write write) {
  append_integer(to, Length{0});
  const auto start = to.size();
  write();
  base::store_be(to.data() + start - sizeof(Length), static_cast<Length>(to.size() - start));
}

template <class Write>
void append_extension(Bytes& to, std::uint16_t type, Write write) {
  append_integer(to, type);
  append_vector<std::uint16_t>(to, write);
}

void append_server_name(Bytes& to, std::string_view name) {
  append_extension(to, client_hello::kServerNameExtension, [&] {
    append_vector<std::uint16_t>(to, [&] {
      to.push_back(0);  // host_name
      append_vector<std::uint16_t>(to, [&] { base::append(to, base::bytes_of(name)); });
    });
  });
}

/// Two-byte values of `list` for which `wanted` holds.
template <class Wanted>
void append_some(Bytes& to, ByteView list, Wanted wanted) {
  for (; list.size() >= 2; list = list.subspan(2))
    if (const auto value = base::load_be<std::uint16_t>(list.data()); wanted(value))
      append_integer(to, value);
}

/// Those of TLS 1.3 and GREASE.
void append_versions(Bytes& to, ByteView body) {
  append_extension(to, client_hello::kSupportedVersionsExtension, [&] {
    append_vector<std::uint8_t>(
        to, [&] { append_some(to, body.subspan(1), [](auto v) { return v >= client_hello::kTls13; }); });
  });
}

void append_cipher_suites(Bytes& to, ByteView suites, EchDialect dialect) {
  append_vector<std::uint16_t>(to, [&] {
    append_some(to, suites, [&](auto suite) {
      return dialect == EchDialect::nss || (suite >> 8U) == 0x13 || client_hello::is_grease(suite);
    });
  });
}

/// The inner hello in both its forms: as the transcript has it, and as it is sealed (§5.1), where what the
/// outer hello has too is only named. Such extensions stand last, because they must be one run.
class Inner {
 public:
  Inner(const client_hello::ClientHello& outer, std::string_view name, EchDialect dialect) {
    for (const auto& extension : outer.extensions) take(extension, name);
    append_cipher_suites(suites_, outer.cipher_suites, dialect);
  }

  /// Without handshake header.
  [[nodiscard]] Bytes whole(ByteView random, ByteView session_id) const {
    auto hello = start(random, session_id);
    append_vector<std::uint16_t>(hello, [&] {
      base::append(hello, own_);
      base::append(hello, shared_);
    });
    return hello;
  }

  [[nodiscard]] Bytes encoded(ByteView random) const {
    auto hello = start(random, {});
    append_vector<std::uint16_t>(hello, [&] {
      base::append(hello, own_);
      append_extension(hello, kOuterExtensions, [&] {
        append_vector<std::uint8_t>(hello, [&] { base::append(hello, shared_types_); });
      });
    });
    return hello;
  }

 private:
  void take(const client_hello::Extension& extension, std::string_view name) {
    switch (extension.type) {
      case client_hello::kServerNameExtension: append_server_name(own_, name); return;
      case client_hello::kSupportedVersionsExtension: append_versions(own_, extension.body); return;
      case kEchExtension: append_extension(own_, kEchExtension, [&] { own_.push_back(kInner); }); return;
      default: break;
    }
    if (std::ranges::find(kNotInside, extension.type) != kNotInside.end()) return;
    append_integer(shared_types_, extension.type);
    append_extension(shared_, extension.type, [&] { base::append(shared_, extension.body); });
  }

  [[nodiscard]] Bytes start(ByteView random, ByteView session_id) const {
    Bytes hello;
    append_integer(hello, client_hello::kTls12);
    base::append(hello, random);
    append_vector<std::uint8_t>(hello, [&] { base::append(hello, session_id); });
    base::append(hello, suites_);
    hello.push_back(1);  // one compression method, null
    hello.push_back(0);
    return hello;
  }

  Bytes suites_;
  Bytes own_;
  Bytes shared_;
  Bytes shared_types_;
};

/// §6.1.3: hides the name's length, then rounds.
void pad(Bytes& encoded, std::size_t name, std::size_t maximum_name, EchDialect dialect) {
  const auto filled = encoded.size() + (name < maximum_name ? maximum_name - name : 0);
  const auto blocks = dialect == EchDialect::nss ? filled / kBlock * kBlock + kBlock - 1
                                                 : (filled + kBlock - 1) / kBlock * kBlock;
  encoded.resize(blocks);
}

/// The extension's body, with zeros for the payload.
Bytes outer_body(const EchSeal& seal, std::size_t payload) {
  Bytes body{kOuter};
  append_integer(body, crypto::kHpkeSha256);
  append_integer(body, seal.config.aead);
  body.push_back(seal.config.id);
  append_vector<std::uint16_t>(body, [&] { base::append(body, seal.hpke.enc); });
  append_vector<std::uint16_t>(body, [&] { body.resize(body.size() + payload); });
  return body;
}

void grow(Bytes& record, std::size_t length_at, std::size_t by, std::size_t less) {
  const auto size = base::load_be<std::uint16_t>(record.data() + length_at);
  base::store_be(record.data() + length_at, static_cast<std::uint16_t>(size + by - less));
}

/// The record with another body in place of `old`, which lies in it.
Bytes replace_extension(ByteView record, const client_hello::ClientHello& hello, ByteView old,
                        ByteView body) {
  const auto at = static_cast<std::size_t>(old.data() - record.data());
  const auto extensions = static_cast<std::size_t>(hello.extensions.front().body.data() - record.data()) - 4;
  Bytes result(record.begin(), old.data() - record.data() + record.begin());
  base::append(result, body);
  base::append(result, record.subspan(at + old.size()));
  for (const auto length_at : {std::size_t{3}, client_hello::kRecordHeader + 2, extensions - 2, at - 2})
    grow(result, length_at, body.size(), old.size());
  return result;
}

}  // namespace

bool sends_ech(const client_hello::Template& browser) {
  const client_hello::Part type = client_hello::part::Literal{{kEchExtension >> 8U, kEchExtension & 0xffU}};
  return std::ranges::any_of(browser.extensions, [&](const auto& e) { return e.type == type; });
}

EchDialect ech_dialect(const client_hello::Template& browser) {
  return browser.has<client_hello::part::EchPayload>() ? EchDialect::nss : EchDialect::boringssl;
}

std::optional<EchSeal> prepare_ech(ByteView config_list, base::RandomSource& random) {
  auto config = choose_ech_config(config_list);
  if (!config || !*config) return std::nullopt;
  Bytes info;
  base::append(info, base::bytes_of("tls ech"));
  info.push_back(0);
  base::append(info, (*config)->raw);
  const auto ephemeral = crypto::X25519KeyPair::generate(random);
  auto hpke = crypto::hpke_sender((*config)->aead, (*config)->key, info, ephemeral);
  if (!hpke) return std::nullopt;
  return EchSeal{std::move(**config), std::move(*hpke)};
}

EchHellos seal_hello(ByteView record, std::string_view server_name, EchDialect dialect, EchSeal& seal,
                     base::RandomSource& random) {
  const auto parsed = client_hello::parse_client_hello(record);
  const auto grease = parsed.hello.extension(kEchExtension);
  assert(grease.has_value());
  std::array<std::uint8_t, client_hello::kRandomSize> inner_random{};
  random.fill(inner_random);
  const Inner inner(parsed.hello, server_name, dialect);
  auto encoded = inner.encoded(inner_random);
  pad(encoded, server_name.size(), seal.config.maximum_name, dialect);

  const auto payload = encoded.size() + crypto::Aead::tag_size;
  const auto body = outer_body(seal, payload);
  EchHellos hellos{replace_extension(record, parsed.hello, *grease, body), {}};
  // §5.2: the hello without its header, the payload still zeros, is the associated data.
  const auto sealed = seal.hpke.context.seal(
      ByteView(hellos.outer).subspan(client_hello::kRecordHeader + client_hello::kHandshakeHeader), encoded);
  const auto payload_at = static_cast<std::size_t>(grease->data() - record.data()) + body.size() - payload;
  std::ranges::copy(sealed, hellos.outer.begin() + static_cast<std::ptrdiff_t>(payload_at));

  const auto whole = inner.whole(inner_random, parsed.hello.session_id);
  hellos.inner = {client_hello::kClientHello, 0};
  append_vector<std::uint16_t>(hellos.inner, [&] { base::append(hellos.inner, whole); });
  return hellos;
}

bool ech_confirmed(crypto::Hash hash, ByteView inner, ByteView server_hello) {
  constexpr auto random_at = client_hello::kHandshakeHeader + 2;
  if (server_hello.size() < kConfirmationAt + kConfirmation) return false;
  Bytes transcript(inner.begin(), inner.end());
  base::append(transcript, server_hello);
  const auto zeroed = base::MutableBytes(transcript).subspan(inner.size() + kConfirmationAt, kConfirmation);
  std::ranges::fill(zeroed, std::uint8_t{0});
  const auto secret = crypto::hkdf_extract(hash, {}, inner.subspan(random_at, client_hello::kRandomSize));
  const auto expected = expand_label(hash, secret.view(), "ech accept confirmation",
                                     crypto::digest(hash, transcript), kConfirmation);
  return crypto::equal(expected.view(), server_hello.subspan(kConfirmationAt, kConfirmation));
}

}  // namespace qnet::tls
